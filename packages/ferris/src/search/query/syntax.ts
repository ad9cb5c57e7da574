/**
 * What a person typed, taken apart: words, "required phrases", -exclusions, prefixes*, and fields such as path: and tag:.
 *
 * No harm is the rule: what does not look exactly like one of these is plain words, and so is everything where nothing else would be
 * left to look for. `--flag`, `-l`, `C++`, `#tag`, `foo:bar`, `a - b` and an unclosed quote are plain.
 */

/** One thing that was typed. */
export interface Token {
  readonly kind: "word" | "phrase" | "prefix" | "field";
  /** Without quotes, signs and field. */
  readonly text: string;
  readonly isExcluded: boolean;
  /** Of a field: its name. */
  readonly field?: FieldName;
}

export const fieldNames = ["path", "type", "since", "tag", "date", "author"] as const;
export type FieldName = (typeof fieldNames)[number];

/** A sign before an opening quote or a field, the field, and a phrase or a run without spaces. */
const token = new RegExp(
  `(?<!\\S)(-?)(?:(${fieldNames.join("|")}):)?"([^"]*)"(?=[\\s.,;:!?)]|$)|(?<!\\S)(-?)(${fieldNames.join("|")}):([^\\s"]+)(?!\\S)|"([^"]*)"|([^\\s"]+)|"`,
  "giu",
);

/** `-l` and `-xz` are flags of programs; a word that is to be excluded is longer, or in quotes. */
const exclusion = /^-(\p{L}[^\s]{2,})$/u;
const prefix = /^([\p{L}\p{N}_][^\s*]+)\*$/u;
const hasWord = /[\p{L}\p{N}\p{Co}\p{Extended_Pictographic}]/u;

export function tokensOf(typed: string): Token[] {
  const tokens: Token[] = [];
  for (const match of typed.matchAll(token)) {
    const [, sign, quotedField, quoted, fieldSign, field, value, glued, run] = match;
    if (quoted !== undefined && hasWord.test(quoted)) {
      const isExcluded = sign === "-";
      if (quotedField === undefined) tokens.push({ kind: "phrase", text: quoted, isExcluded });
      else tokens.push({ kind: "field", text: quoted, isExcluded, field: quotedField.toLowerCase() as FieldName });
    } else if (value !== undefined) {
      tokens.push({
        kind: "field",
        text: value,
        isExcluded: fieldSign === "-",
        field: field!.toLowerCase() as FieldName,
      });
    } else if (glued !== undefined) tokens.push(...plain(glued));
    else if (run !== undefined) tokens.push(...runToken(run));
  }
  return tokens;
}

function runToken(run: string): Token[] {
  const excluded = exclusion.exec(run)?.[1];
  const text = excluded ?? run;
  const start = prefix.exec(text)?.[1];
  if (start !== undefined) return [{ kind: "prefix", text: start, isExcluded: excluded !== undefined }];
  return [{ kind: "word", text, isExcluded: excluded !== undefined }];
}

/** All of `typed` as words, whatever signs are in it. */
export function plain(typed: string): Token[] {
  return [...typed.matchAll(/[^\s"]+/gu)].map(([text]) => ({ kind: "word", text, isExcluded: false }));
}
