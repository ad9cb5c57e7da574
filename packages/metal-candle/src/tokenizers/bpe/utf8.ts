/**
 * Writes the tokens of a code point's UTF-8 bytes, `tokens` by byte, at ids[at…]; returns the place behind the last one.
 */
export function writeBytes(c: number, tokens: Int32Array, ids: Int32Array, at: number): number {
  let next = at;
  if (c < 0x80) {
    ids[next++] = tokens[c]!;
    return next;
  }
  if (c < 0x800) {
    ids[next++] = tokens[0xc0 | (c >> 6)]!;
  } else {
    if (c < 0x10000) {
      ids[next++] = tokens[0xe0 | (c >> 12)]!;
    } else {
      ids[next++] = tokens[0xf0 | (c >> 18)]!;
      ids[next++] = tokens[0x80 | ((c >> 12) & 0x3f)]!;
    }
    ids[next++] = tokens[0x80 | ((c >> 6) & 0x3f)]!;
  }
  ids[next++] = tokens[0x80 | (c & 0x3f)]!;
  return next;
}
