/**
 * Documents of programs before Word 6 that bear Word's extension, or none: known by their first bytes, so that each is named as what it is.
 */

const older: readonly (readonly [first: readonly number[], program: string])[] = [
  [[0xfe, 0x32, 0x00, 0x00], "Word 1 for the Macintosh"],
  [[0xfe, 0x34, 0x00, 0x00], "Word 3 for the Macintosh"],
  [[0xfe, 0x37, 0x00, 0x1c], "Word 4 for the Macintosh"],
  [[0xfe, 0x37, 0x00, 0x23], "Word 5 for the Macintosh"],
  [[0x9b, 0xa5], "Word 1 for Windows"],
  [[0xdb, 0xa5], "Word 2 for Windows"],
  [[0x31, 0xbe, 0x00, 0x00], "Word for DOS or Windows Write"],
  [[0x32, 0xbe, 0x00, 0x00], "Windows Write"],
  [[0xff, 0x57, 0x50, 0x43], "WordPerfect"],
];

/** The program that wrote a document which begins with these bytes; null for what is none of these. */
export function olderProgram(head: Uint8Array): string | null {
  return older.find(([first]) => first.every((byte, at) => head[at] === byte))?.[1] ?? null;
}

/** Whether it is from Word for the Macintosh, whose documents have no extension. */
export function isOfMacintosh(head: Uint8Array): boolean {
  return head[0] === 0xfe && (olderProgram(head)?.endsWith("Macintosh") ?? false);
}
