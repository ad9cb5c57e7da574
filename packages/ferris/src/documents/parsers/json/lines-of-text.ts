/**
 * A JSON value as lines of "path.to.key: value", each with its place. Texts stand without quotes, numbers with the digits that they have in the
 * file; empty values say nothing and are left out.
 */
import { afterSpace, afterString, afterValue, stringAt } from "./places.ts";
import { SourcedText } from "../../lines/sourced-text.ts";

/** A path through thousands of levels would cost more than what it leads to. */
const longestPath = 200;

interface Frame {
  readonly path: string;
  readonly isObject: boolean;
  /** Where the next child, or the end, is to be found. */
  at: number;
}

/** Of the value that starts at `start` in `json`, which is valid JSON. `key`: what it is called. Without recursion. */
export function readableAt(json: string, start: number, key: string | null = null): SourcedText {
  const lines = new SourcedText();
  const frames: Frame[] = [];
  visit(key ?? "", start);
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    let at = afterSpace(json, frame.at);
    if (json[at] === ",") at = afterSpace(json, at + 1);
    if (json[at] === "}" || json[at] === "]" || at >= json.length) {
      frames.pop();
      const outer = frames.at(-1);
      if (outer) outer.at = at + 1;
      continue;
    }
    let { path } = frame;
    if (frame.isObject) {
      const keyEnd = afterString(json, at);
      const name = stringAt(json, at).text;
      path = path && name && path.length < longestPath ? `${path}.${name}` : path || name;
      at = afterSpace(json, afterSpace(json, keyEnd) + 1);
    }
    visit(path, at);
  }
  return lines;

  function visit(path: string, at: number): void {
    const first = json[at];
    if (first === "{" || (first === "[" && !isFlat(json, at))) {
      frames.push({ path, isObject: first === "{", at: at + 1 });
      return;
    }
    const end = afterValue(json, at);
    const frame = frames.at(-1);
    if (frame) frame.at = end;
    say(path, first === "[" ? flat(json, at) : scalar(json, at, end), at);
  }

  function say(path: string, value: SourcedText, at: number): void {
    if (value.length === 0) return;
    if (lines.length > 0) lines.trail("\n");
    if (path !== "") lines.appendMade(`${path}: `, at);
    lines.join(value);
  }
}

function scalar(json: string, at: number, end: number): SourcedText {
  if (json[at] === '"') return stringAt(json, at);
  const written = json.slice(at, end);
  return written === "null" ? new SourcedText() : SourcedText.of(written, at);
}

/** An array without arrays and objects in it. */
function isFlat(json: string, start: number): boolean {
  const mark = /["{}[\]]/g;
  mark.lastIndex = start + 1;
  for (let found = mark.exec(json); found; found = mark.exec(json)) {
    if (found[0] !== '"') return found[0] === "]";
    mark.lastIndex = afterString(json, found.index);
  }
  return true;
}

function flat(json: string, start: number): SourcedText {
  const items = new SourcedText();
  for (let at = afterSpace(json, start + 1); at < json.length && json[at] !== "]";) {
    const end = afterValue(json, at);
    const item = scalar(json, at, end);
    if (json.slice(at, end) !== "null") {
      if (items.length > 0) items.trail(", ");
      items.join(item);
    }
    at = afterSpace(json, end);
    if (json[at] === ",") at = afterSpace(json, at + 1);
  }
  return items;
}
