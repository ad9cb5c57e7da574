/**
 * Names and texts of other people's files, made fit to be read: what would reorder or hide the letters around it is shown as a sign.
 *
 * Nothing of them is ever HTML here; this is about what a reader sees.
 */

// C0 controls but tab and line feed, DEL, C1 controls, and the characters that reorder text or take no room.
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** A text of one or more lines. As long as it was, so that places in it stay what they are. */
export function shownText(text: string): string {
  return text.replace(unseen, sign);
}

/** Without empty lines; as long as it was. */
export function withoutGaps(text: string): string {
  return text.replaceAll(/\n[\s]*\n/g, (gap) => `\n${" ".repeat(gap.length - 1)}`);
}

/** A name, on one line. */
export function shownName(name: string): string {
  return shownText(name.replaceAll("\n", "\u240a").replaceAll("\t", "\u2409"));
}

function sign(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}

/** The last part of a path, of any system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) || path;
}

/** All before it. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.length - fileName(path).length - 1));
}

/** "1 file", "1,234 files". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
