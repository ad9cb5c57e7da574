/**
 * Where the parts of a JSON text stand: the children of an array or object, and the characters of a string. What values mean is JSON.parse's
 * business.
 */
import { SourcedText } from "../lines/sourced-text.ts";

export interface JsonChild {
  /** The key in an object; null in an array. */
  readonly key: string | null;
  /** Of the value; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/**
 * The children of the array or object that starts at `start` in `json`, which is valid JSON. Without recursion: nesting may
 * be a million deep.
 */
export function* jsonChildren(json: string, start: number): Generator<JsonChild> {
  const isObject = json[start] === "{";
  let at = afterSpace(json, start + 1);
  while (json[at] !== "}" && json[at] !== "]") {
    let key: string | null = null;
    if (isObject) {
      const keyEnd = afterString(json, at);
      key = JSON.parse(json.slice(at, keyEnd)) as string;
      at = afterSpace(json, afterSpace(json, keyEnd) + 1);
    }
    const end = afterValue(json, at);
    yield { key, start: at, end };
    at = afterSpace(json, end);
    if (json[at] === ",") at = afterSpace(json, at + 1);
  }
}

export function afterSpace(json: string, at: number): number {
  let end = at;
  while (" \t\r\n".includes(json[end] ?? "x")) end++;
  return end;
}

/** The text of the string literal that starts at `start`, each character where it stands. */
export function stringAt(json: string, start: number): SourcedText {
  const from = start + 1;
  const written = json.slice(from, afterString(json, start) - 1);
  if (!written.includes("\\")) return SourcedText.of(written, from);
  const text = new SourcedText();
  let done = 0;
  for (const { 0: escaped, index } of written.matchAll(/(?:\\u[\dA-Fa-f]{4})+|\\[^]/g)) {
    text.append(written.slice(done, index), from + done);
    text.appendMade(JSON.parse(`"${escaped}"`) as string, from + index);
    done = index + escaped.length;
  }
  return text.append(written.slice(done), from + done);
}

/** The end of the value that starts at `start`. */
export function afterValue(json: string, start: number): number {
  const first = json[start];
  if (first === '"') return afterString(json, start);
  if (first !== "{" && first !== "[") return afterScalar(json, start);
  const mark = /["{}[\]]/g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(json); found; found = mark.exec(json)) {
    if (found[0] === '"') mark.lastIndex = afterString(json, found.index);
    else if (found[0] === "{" || found[0] === "[") depth++;
    else if (--depth === 0) return mark.lastIndex;
  }
  return json.length;
}

/** The end of a number, true, false or null. */
function afterScalar(json: string, start: number): number {
  let at = start;
  while (at < json.length && !" \t\r\n,]}".includes(json[at]!)) at++;
  return at;
}

export function afterString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (json[at - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
  return json.length;
}
