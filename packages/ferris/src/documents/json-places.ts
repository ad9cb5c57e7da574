/**
 * Where the parts of a JSON text stand: the children of an array or object, as offsets. Values are JSON.parse's business.
 */

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
  while (" \t\r\n".includes(json[at] ?? "x")) at++;
  return at;
}

function afterValue(json: string, start: number): number {
  const first = json[start];
  if (first === '"') return afterString(json, start);
  if (first !== "{" && first !== "[") {
    let at = start;
    while (at < json.length && !/[\s,\]}]/.test(json[at])) at++;
    return at;
  }
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

function afterString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (json[at - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
  return json.length;
}
