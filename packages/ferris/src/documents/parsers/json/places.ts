/**
 * Where the parts of a JSON text stand: the children of an array or object, and the characters of a string. What values mean is JSON.parse's
 * business.
 */
import { SourcedText } from "../../lines/sourced-text.ts";

const quote = 0x22;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

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
      key = textBetween(json, at, keyEnd);
      at = afterSpace(json, afterSpace(json, keyEnd) + 1);
    }
    const end = afterValue(json, at);
    yield { key, start: at, end };
    at = afterSpace(json, end);
    if (json[at] === ",") at = afterSpace(json, at + 1);
  }
}

/** Where the value of `key` starts in the object that starts at `start`; what comes after it is not looked at. */
export function valueStart(json: string, start: number, key: string): number | undefined {
  if (json[start] !== "{") return undefined;
  for (let at = afterSpace(json, start + 1); json[at] === '"';) {
    const keyEnd = afterString(json, at);
    const value = afterSpace(json, afterSpace(json, keyEnd) + 1);
    if (textBetween(json, at, keyEnd) === key) return value;
    at = afterSpace(json, afterValue(json, value));
    if (json[at] === ",") at = afterSpace(json, at + 1);
  }
  return undefined;
}

function textBetween(json: string, start: number, end: number): string {
  const written = json.slice(start + 1, end - 1);
  return written.includes("\\") ? (JSON.parse(`"${written}"`) as string) : written;
}

export function afterSpace(json: string, at: number): number {
  let end = at;
  for (let code = json.charCodeAt(end); code === 0x20 || (code >= 0x09 && code <= 0x0d); code = json.charCodeAt(end))
    end++;
  return end;
}

/** The text of the string literal that starts at `start`, each character where it stands. */
export function stringAt(json: string, start: number): SourcedText {
  const from = start + 1;
  const written = json.slice(from, afterString(json, start) - 1);
  const escape = written.indexOf("\\");
  if (escape < 0) return SourcedText.of(written, from);
  // A notebook's lines.
  if (escape === written.length - 2 && written.endsWith("n"))
    return SourcedText.of(written.slice(0, escape), from).appendMade("\n", from + escape);
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
  // By hand: this runs over most of a file, several times.
  let depth = 0;
  for (let at = start; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === quote) at = afterString(json, at) - 1;
    else if (code === openBrace || code === openBracket) depth++;
    else if ((code === closeBrace || code === closeBracket) && --depth === 0) return at + 1;
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
