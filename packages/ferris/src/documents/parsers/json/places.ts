/**
 * Where the parts of a JSON text stand: the children of an array or object, and the characters of a string. What values mean is JSON.parse's
 * business.
 */
import { SourcedText } from "../../lines/sourced-text.ts";

const quote = 0x22;
const letterN = 0x6e;
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

/**
 * Calls `read` for each field of the object that starts at `start`, with where its value starts; it returns where the value ends. Returns
 * where the object ends. In one pass: for those who read what they want on the way. What does not start with a brace has no fields.
 */
export function eachField(json: string, start: number, read: (key: string, at: number) => number): number {
  if (json[start] !== "{") return afterValue(json, start);
  let at = afterSpace(json, start + 1);
  while (json.charCodeAt(at) === quote) {
    const keyEnd = afterString(json, at);
    const value = afterSpace(json, afterSpace(json, keyEnd) + 1);
    at = afterSpace(json, read(textBetween(json, at, keyEnd), value));
    if (json[at] === ",") at = afterSpace(json, at + 1);
  }
  return at + 1;
}

/** The same for the items of the array that starts at `start`. */
export function eachItem(json: string, start: number, read: (at: number) => number): number {
  if (json[start] !== "[") return afterValue(json, start);
  let at = afterSpace(json, start + 1);
  while (at < json.length && json.charCodeAt(at) !== closeBracket) {
    at = afterSpace(json, read(at));
    if (json[at] === ",") at = afterSpace(json, at + 1);
  }
  return at + 1;
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
  const text = new SourcedText();
  addString(text, json, start);
  return text;
}

/** Adds it to `text`; returns where the literal ends. */
export function addString(text: SourcedText, json: string, start: number): number {
  const from = start + 1;
  const after = afterString(json, start);
  const end = after - 1;
  const written = json.slice(from, end);
  const escape = written.indexOf("\\");
  if (escape < 0) text.append(written, from);
  // A notebook's lines. The line's end stands where its escape starts, as if it were written so.
  else if (escape === written.length - 2 && written.charCodeAt(escape + 1) === letterN)
    text.append(`${written.slice(0, escape)}\n`, from);
  else {
    let done = 0;
    for (const { 0: escaped, index } of written.matchAll(/(?:\\u[\dA-Fa-f]{4})+|\\[^]/g)) {
      text.append(written.slice(done, index), from + done);
      text.appendMade(JSON.parse(`"${escaped}"`) as string, from + index);
      done = index + escaped.length;
    }
    text.append(written.slice(done), from + done);
  }
  return after;
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
