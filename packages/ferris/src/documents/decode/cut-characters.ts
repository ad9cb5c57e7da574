/**
 * Characters of UTF-8 that something cut: calendars and contacts fold their lines after so many bytes, in the middle of a character too; files
 * that broke off end so; and some bytes in a text are no characters at all.
 */
import { isUtf8 } from "#platform/bytes";

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * `bytes` in which each character that a fold cuts stands before the fold; nothing else moves, so that lines stay what they are. The same
 * bytes where that does not make UTF-8 of them.
 */
export function withWholeCharacters(bytes: Uint8Array): Uint8Array {
  if (isUtf8(bytes)) return bytes;
  // A copy: that of a Buffer would be the same memory.
  const whole = new Uint8Array(bytes);
  for (let end = whole.indexOf(newline); end >= 0; end = whole.indexOf(newline, end + 1)) {
    const fold = whole[end - 1] === carriageReturn ? end - 1 : end;
    const rest = end + 2;
    if ((whole[end + 1] !== 0x20 && whole[end + 1] !== 0x09) || !isInner(whole[rest])) continue;
    const missing = missingAt(whole, fold);
    let found = 0;
    while (found < missing && isInner(whole[rest + found])) found++;
    if (found !== missing) continue;
    const between = whole.slice(fold, rest);
    whole.copyWithin(fold, rest, rest + missing);
    whole.set(between, fold + missing);
  }
  return isUtf8(whole) ? whole : bytes;
}

/** Whether a byte is one of a character's, but not its first. */
function isInner(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** How many bytes the character that is cut at `end` lacks; 0 where none is. */
function missingAt(bytes: Uint8Array, end: number): number {
  let start = end - 1;
  while (start > end - 4 && isInner(bytes[start])) start--;
  const lead = bytes[start] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return Math.max(0, length - (end - start));
}

/** `bytes` without the beginning of a character at their end. */
export function withoutCutEnd(bytes: Uint8Array): Uint8Array {
  const missing = missingAt(bytes, bytes.length);
  if (missing === 0) return bytes;
  let start = bytes.length - 1;
  while (isInner(bytes[start])) start--;
  return bytes.subarray(0, start);
}

/** So many characters beyond ASCII have to be whole for each byte that is none: of text in another set a tenth is, by chance. */
const wholeForEachWrong = 10;

/**
 * Text that is UTF-8 but for a few bytes, which become U+FFFD each; null for what may be in another set. `isDeclared`: it says that it is UTF-8.
 */
export function mostlyUtf8(bytes: Uint8Array, isDeclared: boolean): { content: string; wrong: number } | null {
  const content = new TextDecoder("utf-8").decode(bytes);
  const wrong = content.match(/\ufffd/g)?.length ?? 0;
  const whole = (content.match(/[^\0-\x7f\udc00-\udfff]/g)?.length ?? 0) - wrong;
  return whole >= (isDeclared ? 1 : wholeForEachWrong) * wrong && whole > 0 ? { content, wrong } : null;
}
