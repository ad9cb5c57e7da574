/**
 * Numbers by the hundred thousand as bytes, with a header that says what they are: how a map is kept in a file and sent to the page.
 *
 *     "FMAP", version, bytes of the header        4 + 4 + 4
 *     header: JSON in UTF-8, padded with spaces    to a multiple of 8 from the start
 *     arrays, end to end                           little-endian
 */
const magic = "FMAP";

/** Goes up with every change of the format, and with every change that would draw another picture of the same vectors. */
export const mapVersion = 1;

export function pack(header: object, arrays: readonly ArrayBufferView[]): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = text.length + ((8 - ((12 + text.length) % 8)) % 8);
  const length = 12 + headerBytes + arrays.reduce((sum, part) => sum + part.byteLength, 0);
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(new TextEncoder().encode(magic));
  const view = new DataView(bytes.buffer);
  view.setUint32(4, mapVersion, true);
  view.setUint32(8, headerBytes, true);
  bytes.set(text, 12);
  let at = 12 + headerBytes;
  for (const part of arrays) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return bytes;
}

/** The header, and where the arrays begin; null for what is none of ours or of another version. What the header says is not checked. */
export function unpack(bytes: Uint8Array): { readonly header: unknown; readonly start: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || new TextDecoder().decode(bytes.subarray(0, 4)) !== magic) return null;
  if (view.getUint32(4, true) !== mapVersion) return null;
  const start = 12 + view.getUint32(8, true);
  if (start > bytes.length) return null;
  try {
    return { header: JSON.parse(new TextDecoder().decode(bytes.subarray(12, start))) as unknown, start };
  } catch {
    return null;
  }
}
