/** The pages of a TIFF, which faxes and scanners put into one file: each as a view of the same file that begins with it. */

const mostPages = 2_000;

/**
 * Copies of the file's bytes, one per page, in order; null for what should follow and is not in the file. A file that is not TIFF, or is damaged,
 * is one page: its reader says so.
 */
export function* tiffPages(bytes: Uint8Array): Generator<Uint8Array | null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isTiff = bytes.length > 8 && [0x49492a00, 0x4d4d002a].includes(view.getUint32(0));
  if (!isTiff) return yield bytes;
  const isLittle = bytes[0] === 0x49;
  const seen = new Set<number>();
  let at = view.getUint32(4, isLittle);
  while (at > 0 && at + 2 <= bytes.length && !seen.has(at) && seen.size < mostPages) {
    seen.add(at);
    const page = Uint8Array.from(bytes);
    // A reader takes the page that the header names for the first.
    new DataView(page.buffer).setUint32(4, at, isLittle);
    yield page;
    const next = at + 2 + 12 * view.getUint16(at, isLittle);
    at = next + 4 <= bytes.length ? view.getUint32(next, isLittle) : bytes.length;
  }
  if (seen.size === 0) yield bytes;
  else if (at + 2 > bytes.length) yield null;
}
