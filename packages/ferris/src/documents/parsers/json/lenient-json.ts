/**
 * JSON as people write it (comments, trailing commas, single quotes, names without quotes, other numbers: JSON5, tsconfig.json) as JSON, each
 * part with its place in the file.
 */
import { SourcedText } from "../../lines/sourced-text.ts";

const token = /[\s\ufeff]+|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|[{}[\]:,]|"|'|[^\s{}[\]:,"'/]+|\//g;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const simpleEscapes: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "0": "\0",
};

/** Null for what is not an object or array. The result may still be no JSON. */
export function lenientJson(written: string): SourcedText | null {
  const json = new SourcedText();
  /** A comma that waits for a value after it. */
  let comma = -1;
  token.lastIndex = 0;
  for (let found = token.exec(written); found; found = token.exec(written)) {
    const [part] = found;
    const at = found.index;
    if (/^(?:[\s\ufeff]|\/\/|\/\*)/.test(part)) continue;
    if (json.length === 0 && part !== "{" && part !== "[") return null;
    if (part === ",") {
      if (comma >= 0) return null;
      comma = at;
      continue;
    }
    if (comma >= 0 && part !== "}" && part !== "]") json.append(",", comma);
    comma = -1;
    if (part === '"' || part === "'") {
      const end = closingQuote(written, at);
      if (end < 0) return null;
      const text = written.slice(at, end + 1);
      if (part === '"' && isPlain(text)) json.append(text, at);
      else json.appendMade(JSON.stringify(unescaped(text.slice(1, -1))), at);
      token.lastIndex = end + 1;
    } else if (/^[{}[\]:]$/.test(part) || number.test(part) || /^(?:true|false|null)$/.test(part))
      json.append(part, at);
    else json.appendMade(JSON.stringify(part), at);
  }
  return json;
}

function closingQuote(text: string, start: number): number {
  const quote = text[start]!;
  for (let at = text.indexOf(quote, start + 1); at >= 0; at = text.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

function isPlain(text: string): boolean {
  return !/\\(?!["\\/bfnrtu])|\\u(?![\dA-Fa-f]{4})|[\0-\x1f]/.test(text);
}

function unescaped(text: string): string {
  return text.replace(
    /\\(?:u([\dA-Fa-f]{4})|x([\dA-Fa-f]{2})|(\r\n|[^]))/g,
    (_, wide?: string, narrow?: string, other = "") => {
      const code = wide ?? narrow;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      return /^[\r\n\u2028\u2029]/.test(other as string) ? "" : (simpleEscapes[other as string] ?? (other as string));
    },
  );
}
