/**
 * Notes as Joplin keeps them in its own exports (JEX, RAW): the title, the note in Markdown, and after an empty line what the program knows
 * of it, a field a line. Most of these fields are numbers that nobody looks for.
 */

/** Where the parts of such a note are, in offsets of its text. */
export interface JoplinNote {
  readonly title: string;
  /** Behind the line of the title. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** The fields that say something. */
  readonly fields: readonly { readonly start: number; readonly end: number }[];
}

/** More than all fields take. */
const longestFields = 8_192;
const id = /^id: [\da-f]{32}$/m;
const type = /^type_: \d{1,2}$/m;
const worthReading = /^(?:author|source_url|created_time|todo_due): (?!0$)\S/;

/** The parts of a note of Joplin's; null for any other text. */
export function joplinNote(content: string): JoplinNote | null {
  const end = content.trimEnd().length;
  const from = Math.max(0, end - longestFields);
  const tail = content.slice(from, end).replaceAll("\r", " ");
  if (!/\ntype_: \d{1,2} ?$/.test(tail)) return null;
  const blank = tail.search(/\n ?\n(?:(?:[a-z][a-z_]*:[^\n]*)(?:\n|$))+$/);
  const start = blank >= 0 ? from + tail.indexOf("\n", blank + 1) + 1 : from === 0 && tail.startsWith("id: ") ? 0 : -1;
  if (start < 0) return null;
  const written = content.slice(start, end).replaceAll("\r", "");
  if (!id.test(written) || !type.test(written)) return null;
  const fields: { start: number; end: number }[] = [];
  for (let at = start; at < end;) {
    const newline = content.indexOf("\n", at);
    const next = newline < 0 ? content.length : newline + 1;
    if (worthReading.test(content.slice(at, next).trimEnd())) fields.push({ start: at, end: next });
    at = next;
  }
  const lineEnd = content.indexOf("\n");
  const bodyStart = start === 0 || lineEnd < 0 ? 0 : lineEnd + 1;
  return { title: content.slice(0, bodyStart).trim(), bodyStart, bodyEnd: start, fields };
}
