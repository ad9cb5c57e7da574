/**
 * Headers with parameters (Content-Type: text/plain; charset=utf-8) and words in other character sets than ASCII (RFC 2047, RFC 2231).
 */
import { isUtf8 } from "node:buffer";
import { charsetOf, decodeLoosely } from "../../decode/charset.ts";
import { detectCharset } from "../../decode/detect-charset.ts";

const longestHeader = 100_000;

/** `value` in lower case; parameters by their names in lower case, decoded. */
export function parametersOf(header: string): { value: string; parameters: Record<string, string> } {
  const text = header.slice(0, longestHeader);
  const value = /^[^;]*/
    .exec(text)![0]
    .replace(/\([^()]*\)/g, "")
    .trim()
    .toLowerCase();
  const parameters: Record<string, string> = Object.create(null) as Record<string, string>;
  const pieces = new Map<string, { index: number; text: string; isEncoded: boolean }[]>();
  const parameter = /;\s*([\w!#$%&'*+.^`|~-]+?)\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"?|([^;]*))/g;
  for (const [, name, quoted, bare] of text.matchAll(parameter)) {
    const written = quoted?.replace(/\\([\s\S])/g, "$1") ?? bare!.trim();
    const split = /^([^*]+)(?:\*(\d{1,3}))?(\*)?$/.exec(name!.toLowerCase());
    if (!split) continue;
    const [, base, index, star] = split;
    if (index === undefined && star === undefined) parameters[base!] ??= decodeWords(written);
    else {
      const list = pieces.get(base!) ?? [];
      list.push({ index: Number(index ?? 0), text: written, isEncoded: star !== undefined });
      pieces.set(base!, list);
    }
  }
  for (const [name, list] of pieces) parameters[name] = continued(list.toSorted((a, b) => a.index - b.index));
  return { value, parameters };
}

/** filename*0*=utf-8''na%C3; filename*1*=%AFve */
function continued(pieces: readonly { text: string; isEncoded: boolean }[]): string {
  const [, label = "utf-8", first = pieces[0]!.text] = /^([^']*)'[^']*'([\s\S]*)$/.exec(pieces[0]!.text) ?? [];
  const bytes = pieces.map(({ text, isEncoded }, index) => {
    const written = index === 0 && pieces[0]!.isEncoded ? first : text;
    return isEncoded ? unescaped(written, "%") : Buffer.from(written, "latin1");
  });
  return decodeLoosely(Buffer.concat(bytes), charsetOf(label) ?? "utf-8");
}

/** Bytes that are written as two hexadecimal digits after `sign`. */
function unescaped(text: string, sign: "%" | "="): Buffer {
  const pattern = sign === "%" ? /%([\da-f]{2})/gi : /=([\da-f]{2})/gi;
  return Buffer.from(
    text.replace(pattern, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    "latin1",
  );
}

const unknown = "unknown";

const encodedWord = /=\?([^?\s*]{1,60})(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=/gi;

/**
 * A header's text. Neighbouring words of one character set are decoded as one, because programs cut characters in half; each
 * word's Base64 is padded by itself. Bytes that no word encodes are UTF-8, or what they look like.
 */
export function decodeWords(header: string): string {
  const text = header.slice(0, longestHeader);
  let decoded = "";
  let pending: { charset: string; bytes: Buffer[] } | undefined;
  let done = 0;
  const flush = () => {
    if (pending) {
      const bytes = Buffer.concat(pending.bytes);
      decoded += decodeLoosely(bytes, effective(pending.charset, bytes));
    }
    pending = undefined;
  };
  for (const match of text.matchAll(encodedWord)) {
    const [word, label, method, written] = match;
    const between = text.slice(done, match.index);
    // A set that nobody knows is read as its bytes say.
    const charset = charsetOf(label!) ?? unknown;
    const isNext = done > 0 && between.trim() === "";
    if (!isNext || pending?.charset !== charset) flush();
    // White space between two encoded words is not the text's.
    if (!isNext) decoded += decodedBytes(between);
    done = match.index + word.length;
    const isBase64 = method!.toLowerCase() === "b";
    const bytes = isBase64 ? Buffer.from(written!, "base64") : unescaped(written!.replaceAll("_", " "), "=");
    pending ??= { charset, bytes: [] };
    pending.bytes.push(bytes);
  }
  flush();
  return decoded + decodedBytes(text.slice(done));
}

/** Words labelled with another set that are UTF-8 after all are not rare. */
function effective(charset: string, bytes: Buffer): string {
  if (charset === unknown) return isUtf8(bytes) ? "utf-8" : (detectCharset(bytes) ?? "windows-1252");
  return charset === "windows-1252" && bytes.some((byte) => byte > 0x7f) && isUtf8(bytes) ? "utf-8" : charset;
}

function decodedBytes(latin1: string): string {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, "latin1");
  return decodeLoosely(bytes, isUtf8(bytes) ? "utf-8" : (detectCharset(bytes) ?? "windows-1252"));
}
