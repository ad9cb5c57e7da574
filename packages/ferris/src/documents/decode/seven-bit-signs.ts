/**
 * What tells a text of seven bits that is no ASCII although it looks like it: HZ's braces, UTF-7's plus signs, escapes of ISO 2022, letters of an
 * alphabet two bytes each. Nothing is told by one sign; every one in the text has to fit.
 */
import { DocumentError } from "../../errors.ts";
import { utf16Without } from "./utf16-without-mark.ts";
import { decodeHz, koreanMark } from "./seven-bit.ts";
import { unitsOf, utf7Run } from "./utf7.ts";

/** More does not tell more. */
const mostSample = 2 ** 16;
/** Ideographs in one run: a word of eight letters behind a plus sign is three of them, by chance. */
const fewestIdeographs = 4;
/** Of another alphabet in one run; of Latin ones in the text, as "+APw-" and "+AN8-". */
const fewestLetters = 2;
/** Control characters at every other place: more than this share of those places are UTF-16's, where they are not just a few. */
const mostControls = 0.6;
const fewControls = 8;

/** What a run says: words of one alphabet, and signs. */
const writings = [
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u,
  /\p{Script=Hangul}/u,
  ...["Cyrillic", "Greek", "Hebrew", "Arabic", "Armenian", "Georgian", "Thai", "Devanagari"].map(
    (script) => new RegExp(`\\p{Script=${script}}`, "u"),
  ),
];
const ideographic = 2;
const latinLetter = /[\u00aa-\u024f\u1e00-\u1eff]/;
const written = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u;

/** "hz-gb-2312" or "utf-7"; null for a text that is what it looks like. `text` is ASCII. */
export function sevenBitCharset(text: string, bytes: Uint8Array): string | null {
  if (text.includes("~{") && isHz(text, bytes)) return "hz-gb-2312";
  return text.includes("+") && isUtf7(text) ? "utf-7" : null;
}

/** Every tilde is one of HZ's, and what stands in its braces is Chinese. "~{name}" is a placeholder in scripts, and never ends with a tilde. */
function isHz(text: string, bytes: Uint8Array): boolean {
  const others = text.replace(/~\{(?:[!-w][!-~])+(?:~\}|(?=\r?\n)|$)|~~|~\r?\n/g, "");
  if (others.includes("~") || !text.includes("~}")) return false;
  const decoded = decodeHz(bytes.subarray(0, mostSample)) ?? "";
  const beyond = decoded.match(/[^\x00-\x7f]/g)?.length ?? 0;
  if (beyond < 2 || /[\ufffd\p{Co}]/u.test(decoded)) return false;
  // Letters of every day come first in the set; "~{foobar~}" in a format of Lisp would be rare ones.
  let usual = 0;
  let all = 0;
  for (const [, pairs] of text.slice(0, mostSample).matchAll(/~\{([^~\n]*)/g)) {
    for (let at = 0; at < pairs!.length; at += 2, all++) usual += Number(pairs![at]! < "X");
  }
  return usual >= all / 2;
}

/**
 * Every plus sign begins a run that says words of one alphabet, and there are more than a few letters: "REST+API" would be "RESTò", and each
 * "+username" three Chinese signs.
 */
function isUtf7(text: string): boolean {
  const sample = text.slice(0, mostSample);
  const latin = new Set<string>();
  let hasWord = false;
  let hasIdeographs = false;
  let isLatin = false;
  for (const { 0: whole, 1: run, index } of sample.matchAll(utf7Run)) {
    if (run === "") {
      if (whole !== "+-") return false;
      continue;
    }
    const said = unitsOf(run!);
    // Of whole units, with zeros behind them, and nothing that would have stood for itself.
    if (said.rest !== 0 || said.text === "" || /[\x00-\x7f]/.test(said.text.replace(/[ !-@[-`{-~]/g, ""))) return false;
    if (!written.test(said.text)) return false;
    const letters = said.text.match(/\p{L}/gu) ?? [];
    const writing = writings.findIndex((one) => letters.some((letter) => one.test(letter)));
    const own = writing < 0 ? latinLetter : writings[writing]!;
    if (letters.some((letter) => !own.test(letter))) return false;
    // Behind capitals there are no small letters.
    if (/^\p{Ll}/u.test(said.text) && /[A-Z]{2}$/.test(sample.slice(Math.max(0, index - 2), index))) return false;
    if (writing < 0) {
      for (const letter of letters) latin.add(letter);
      // "+API-" is a word of capitals.
      isLatin ||= whole.endsWith("-") && /[^A-Z]/.test(run!);
    } else {
      const isIdeographic = writing < ideographic;
      hasIdeographs ||= isIdeographic;
      hasWord ||= letters.length >= (isIdeographic ? fewestIdeographs : fewestLetters);
    }
  }
  return hasWord || (!hasIdeographs && isLatin && latin.size >= fewestLetters);
}

/** @throws DocumentError for escapes to alphabets that are not read: without them the text would be letters by chance */
export function refuseUnknownEscapes(text: string): void {
  if (!/\x1b(?:\$(?:\([A-DO-Q]|\)[A-G]|\*H|A)|\.[AF])/.test(text)) return;
  throw new DocumentError(
    "encoding",
    "its escapes (ISO 2022) lead to a character set that is not read. Convert it to UTF-8: iconv -f CHARSET -t UTF-8",
  );
}

/**
 * Text in UTF-16 without a space or a line end has no NUL: then every other byte is the number of its alphabet, a control character.
 *
 * @throws DocumentError "binary" where so many are no text at all
 */
export function wideInDisguise(text: string, bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  // Korean in seven bits has two of them for every word.
  if (text.includes(koreanMark)) return null;
  const places = [0, 0];
  // Without those that set fields apart in records: of FIX and Hive, of MARC, of ASCII's own separators.
  for (const { index } of text.slice(0, mostSample).matchAll(/[\x02-\x07\x0e-\x1a]/g)) places[index % 2]!++;
  const controls = Math.max(...places);
  if (controls <= Math.max(fewControls, (mostControls * Math.min(text.length, mostSample)) / 2)) return null;
  const name = utf16Without(bytes);
  if (name === null) throw new DocumentError("binary", "control characters between its letters: not text");
  return name;
}
