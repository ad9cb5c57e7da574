/**
 * Text on its way to a terminal: made harmless, shortened, linked.
 *
 * File names and documents are other people's data. An escape sequence in one must not move the cursor, retitle the window or
 * hide a line, so every control character is shown as a visible one before it is printed. JSON output does not come through
 * here: JSON.stringify escapes by itself.
 */
import { pathToFileURL } from "node:url";
import { columnsOf } from "./width.ts";

// C0 controls, DEL, C1 controls, and the characters that reorder the text around them.
// oxlint-disable-next-line no-control-regex -- finding control characters is what this is for
const unsafeCharacters = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return "\ufffd";
}

/**
 * `text` on one line with nothing in it that a terminal would obey: a control character becomes its picture (a newline in a
 * file name is shown as ␊), other unsafe characters become U+FFFD.
 */
export function printable(text: string): string {
  return text.replace(unsafeCharacters, visible);
}

/** `text` with runs of white space as one space: for snippets, where line breaks carry nothing. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, " ").trim());
}

/** At most `length` characters of `text`, cut between characters (never inside a surrogate pair), with an ellipsis. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.max(0, length - 1);
  const cut = isLowSurrogate(text.charCodeAt(end)) ? end - 1 : end;
  return `${text.slice(0, cut).trimEnd()}…`;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** `label` as an OSC 8 link to a file; terminals without links show the label. */
export function fileLink(label: string, absolutePath: string): string {
  return `\u001b]8;;${pathToFileURL(absolutePath).href}\u001b\\${label}\u001b]8;;\u001b\\`;
}

/** 1234567 as 1,234,567: the same on every machine, whatever its locale. */
export function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 950 as "950", 12345 as "12.3k", 4200000 as "4.2M". */
export function compact(value: number): string {
  if (value < 1000) return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value).toString();
  if (value < 999_950) return `${(value / 1000).toFixed(value < 99_950 ? 1 : 0)}k`;
  return `${(value / 1e6).toFixed(1)}M`;
}

/** Bytes in the unit that keeps the number short: 512 B, 24.1 MB. Powers of 1000, as disks are sold. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Seconds as a person says them: 0.4 s, 42 s, 3 min 05 s, 2 h 10 min. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** "1 file", "2 files"; `many` where adding an s is not how the word is made. */
export function plural(count: number, word: string, many = `${word}s`): string {
  return `${grouped(count)} ${count === 1 ? word : many}`;
}

/** What a person takes for one character. */
export const graphemes = new Intl.Segmenter();

/** At most `columns` columns of `text`, which has no control characters; what is cut ends in an ellipsis. */
export function cutToWidth(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const width = columnsOf(segment);
    if (used + width > columns - 1) break;
    kept += segment;
    used += width;
  }
  return `${kept}…`;
}
