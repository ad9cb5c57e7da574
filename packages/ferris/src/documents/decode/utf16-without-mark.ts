/**
 * UTF-16 that has no byte-order mark, told from binary files: what it says must be characters that people write.
 */
import { decodeStrictly } from "./charset.ts";

const mostSample = 2 ** 16;
/** Fewer characters prove nothing unless they are Latin ones. */
const enough = 32;

/** The encoding of `bytes`, in which there are NULs or other control characters; null where they are not text. */
export function utf16Without(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes.length % 2 !== 0 || bytes.length < 4) return null;
  const sample = bytes.subarray(0, mostSample);
  const declared = xmlDeclaration(bytes);
  if (declared !== null && decodeStrictly(bytes, declared) !== null) return declared;
  for (const name of ["utf-16le", "utf-16be"] as const) {
    const low = name === "utf-16le" ? 0 : 1;
    if (isWritten(sample, name, low) && decodeStrictly(bytes, name) !== null) return name;
  }
  return null;
}

/** Of XML without a mark, which says what it is by its first characters ("<?"). */
function xmlDeclaration([first, second, third, fourth]: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (first === 0x3c && second === 0 && third === 0x3f && fourth === 0) return "utf-16le";
  return first === 0 && second === 0x3c && third === 0 && fourth === 0x3f ? "utf-16be" : null;
}

function isWritten(sample: Uint8Array, name: "utf-16le" | "utf-16be", low: number): boolean {
  // A sample may end inside of a pair of surrogates.
  const text = decodeStrictly(sample, name) ?? decodeStrictly(sample.subarray(0, -2), name);
  if (text === null || /[\x00-\x08\x0e-\x1f\x7f-\x9f\p{Cn}\p{Co}]/u.test(text)) return false;
  const latin = text.match(/[\t\n\r\x20-\x7e\u00a0-\u024f\u2010-\u203a]/g)?.length ?? 0;
  if (latin >= 0.7 * text.length) return true;
  if (!/[\s\u3000]/.test(text)) return false;
  if (text.length < enough) return isOneAlphabet(text);
  // Plain ASCII with a stray NUL, taken two bytes at a time, looks like Chinese: its bytes would all be below 128.
  let high = 0;
  for (let at = low; at < sample.length; at += 2) high += Number(sample[at] >= 0x80);
  const words = text.match(/[\p{L}\p{M}\p{N}\p{P}\s]/gu)?.length ?? 0;
  return high > 0.05 * text.length && words >= 0.95 * text.length && scriptsOf(text) <= 3;
}

const alphabets = ["Cyrillic", "Greek", "Hebrew", "Arabic", "Armenian", "Georgian", "Thai", "Devanagari"].map(
  (script) => new RegExp(`^[\\p{Script=${script}}\\p{M}\\s\\d\\p{P}]*$`, "u"),
);
/** Letters of one alphabet, each with the same high byte, do not come by chance in such a row. */
const enoughLetters = 8;

/** Whether a short text is words of one alphabet. Chinese signs have all high bytes that there are, so they do not count. */
function isOneAlphabet(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return letters >= enoughLetters && alphabets.some((alphabet) => alphabet.test(text));
}

/** Scripts that make up more than a hundredth of the text; binary data has a sprinkling of all. */
function scriptsOf(text: string): number {
  const scripts = [
    /\p{Script=Han}/gu,
    /[\p{Script=Hiragana}\p{Script=Katakana}]/gu,
    /\p{Script=Hangul}/gu,
    /\p{Script=Cyrillic}/gu,
    /\p{Script=Greek}/gu,
    /\p{Script=Arabic}/gu,
    /\p{Script=Hebrew}/gu,
    /\p{Script=Thai}/gu,
    /\p{Script=Devanagari}/gu,
    /\p{Script=Yi}/gu,
    /\p{Script=Ethiopic}/gu,
    /\p{Script=Canadian_Aboriginal}/gu,
  ];
  return scripts.filter((script) => (text.match(script)?.length ?? 0) > text.length / 100).length;
}
