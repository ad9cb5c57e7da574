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
/** Runs that are no longer than a word may be anything. */
const fewestLetters = 4;
/** … of alphabets two are enough: "+APY-" and "+AN8-". */
const fewestAlphabetic = 2;
/** Control characters in a text: more than this share of them are not a text's, where they are not just a few. */
const mostControls = 0.1;
const fewControls = 8;

const ideograph = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const written = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u;

/** "hz-gb-2312" or "utf-7"; null for a text that is what it looks like. `text` is ASCII. */
export function sevenBitCharset(text: string, bytes: Uint8Array): string | null {
  if (text.includes("~{") && isHz(text, bytes)) return "hz-gb-2312";
  return text.includes("+") && isUtf7(text) ? "utf-7" : null;
}

/** Every tilde is one of HZ's, and what stands in its braces is Chinese. */
function isHz(text: string, bytes: Uint8Array): boolean {
  const others = text.replace(/~\{(?:[!-w][!-~])+(?:~\}|(?=\r?\n)|$)|~~|~\r?\n/g, "");
  if (others.includes("~")) return false;
  const decoded = decodeHz(bytes.subarray(0, mostSample)) ?? "";
  const beyond = decoded.match(/[^\x00-\x7f]/g)?.length ?? 0;
  return beyond >= 2 && !/[\ufffd\p{Co}]/u.test(decoded);
}

/** Every plus sign begins a run that says letters, and there are more than a few. */
function isUtf7(text: string): boolean {
  let letters = 0;
  let ideographs = 0;
  for (const { 0: whole, 1: run } of text.slice(0, mostSample).matchAll(utf7Run)) {
    if (run === "") {
      if (whole !== "+-") return false;
      continue;
    }
    const said = unitsOf(run!);
    // Of whole units, with zeros behind them, and nothing that would have stood for itself.
    if (said.rest !== 0 || said.text === "" || /[\x00-\x7f]/.test(said.text.replace(/[ !-@[-`{-~]/g, ""))) return false;
    if (!written.test(said.text)) return false;
    letters += said.text.match(/\p{L}/gu)?.length ?? 0;
    ideographs += said.text.match(ideograph)?.length ?? 0;
  }
  return letters >= (ideographs > 0 ? fewestLetters : fewestAlphabetic);
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
  const sample = text.slice(0, mostSample);
  const controls = sample.match(/[\x01-\x07\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0;
  if (controls <= Math.max(fewControls, mostControls * sample.length)) return null;
  const name = utf16Without(bytes);
  if (name === null) throw new DocumentError("binary", "control characters between its letters: not text");
  return name;
}
