/**
 * Lines of calendars and contacts (iCalendar, vCard): NAME;PARAMETER=VALUE:value, folded over several lines of the file, with where each
 * of them stands. Not what they mean.
 */
import { fromLatin1 } from "#platform/bytes";
import { charsetOf, decodeLoosely } from "../decode/charset.ts";
import { SourcedText } from "../lines/sourced-text.ts";

export interface ContentLine {
  /** In upper case, without a group in front. */
  readonly name: string;
  /** In upper case; values as they stand. Old cards name a value alone: `TEL;CELL`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Unescaped but for `;` and `,` between parts, which `partsOf` tells from escaped ones. */
  readonly value: SourcedText;
}

/** A photograph is longer than this, and nobody's address. */
const longestName = 1_000;

/** Stands for a line's end behind "=" where the next line is indented: a fold, or in quoted-printable values the end of a piece. */
const softEnd = "\u0001";
const softFold = /\u0001[ \t]/g;

export function* contentLines(text: SourcedText): Generator<ContentLine> {
  const unfolded = text
    .replace(/\r\n?/g, "\n")
    .replace(/(?<==)\n(?=[ \t])/g, softEnd)
    .replace(/\n[ \t]/g, "");
  const whole = unfolded.text;
  for (let start = 0; start < whole.length;) {
    let end = lineEnd(whole, start);
    const head = /^(?:[\w-]+\.)?([\w-]+)((?:;(?:[^":;]|"[^"\n]*")*)*):/.exec(
      whole.slice(start, Math.min(end, start + longestName)),
    );
    const parameters = parametersOf(head?.[2]?.replace(softFold, "") ?? "");
    const isQuoted = parameters.get("ENCODING")?.toUpperCase() === "QUOTED-PRINTABLE";
    // Cards of version 2.1 break such values with "=".
    while (isQuoted && whole[end - 1] === "=" && end < whole.length) end = lineEnd(whole, end + 1);
    if (head) {
      const value = unfolded.slice(start + head[0].length, end);
      yield {
        name: head[1]!.toUpperCase(),
        parameters,
        value: isQuoted ? unquoted(value, parameters.get("CHARSET")) : value.replace(softFold, ""),
      };
    }
    start = end + 1;
  }
}

/** A value as people read it. */
export function readable(value: SourcedText): SourcedText {
  return value
    .replace(/\\[nN]/g, "\n")
    .replace(/\\(?=[,;:"\\])/g, "")
    .trim();
}

/** The parts between `;` that are not escaped, empty ones too. */
export function partsOf(value: SourcedText): SourcedText[] {
  const parts: SourcedText[] = [];
  let start = 0;
  for (const { 0: found, index } of value.text.matchAll(/\\[\s\S]|;/g)) {
    if (found !== ";") continue;
    parts.push(readable(value.slice(start, index)));
    start = index + 1;
  }
  return [...parts, readable(value.slice(start))];
}

function lineEnd(text: string, start: number): number {
  const newline = text.indexOf("\n", start);
  return newline < 0 ? text.length : newline;
}

function parametersOf(written: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name, quoted, bare] of written.matchAll(/;([\w-]+)(?:=(?:"([^"]*)"|([^;]*)))?/g)) {
    const value = quoted ?? bare;
    if (value === undefined && /^(?:quoted-printable|base64)$/i.test(name!)) parameters.set("ENCODING", name!);
    else parameters.set(name!.toUpperCase(), value ?? "");
  }
  return parameters;
}

function unquoted(value: SourcedText, charset: string | undefined): SourcedText {
  const characters = value.text
    .replace(/=[\n\u0001]/g, "")
    .replace(/=([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(/\r\n?/g, "\n");
  const bytes = fromLatin1(characters);
  return new SourcedText().appendMade(
    decodeLoosely(bytes, charsetOf(charset ?? "utf-8") ?? "utf-8"),
    value.originAt(0),
  );
}
