/**
 * BertNormalizer on whole strings: the plain, exact form. The fast path takes its per-character tables from here, and comes here
 * itself for the few runs that no table describes.
 */
import { decompose, ideographs, isWhiteSpace, lowerCase, nonspacingMarks, removed } from "../unicode/code-points.ts";

/** BertNormalizer's flags; `stripAccents` is resolved (null in the file means: as `lowercase`). */
export interface BertNormalization {
  /** A Lowercase normaliser stands before it (sentence_bert_config.json's do_lower_case). */
  readonly lowercaseFirst: boolean;
  readonly cleanText: boolean;
  readonly handleChineseChars: boolean;
  readonly stripAccents: boolean;
  readonly lowercase: boolean;
}

/** The steps in BertNormalizer's order: clean, space out ideographs, strip accents, lower-case. */
export function normalizeBert(text: string, settings: BertNormalization): string {
  let result = settings.lowercaseFirst ? lowerCase(text) : text;
  if (settings.cleanText) result = clean(result);
  if (settings.handleChineseChars) result = spaceOutIdeographs(result);
  if (settings.stripAccents) result = stripAccents(result);
  if (settings.lowercase) result = lowerCase(result);
  return result;
}

/** Removes controls, formats, private use, U+0000 and U+FFFD; every white space becomes a space. */
function clean(text: string): string {
  let out = "";
  for (const character of text) {
    const c = character.codePointAt(0)!;
    if (!isCleanedAway(c)) out += isWhiteSpace(c) ? " " : character;
  }
  return out;
}

export function isCleanedAway(c: number): boolean {
  return c !== 0x09 && c !== 0x0a && c !== 0x0d && (c === 0 || c === 0xfffd || removed.has(c));
}

function spaceOutIdeographs(text: string): string {
  let out = "";
  for (const character of text) {
    out += ideographs.has(character.codePointAt(0)!) ? ` ${character} ` : character;
  }
  return out;
}

function stripAccents(text: string): string {
  let out = "";
  for (const character of decompose(text)) {
    if (!nonspacingMarks.has(character.codePointAt(0)!)) out += character;
  }
  return out;
}
