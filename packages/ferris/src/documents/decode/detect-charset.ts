/**
 * The character set of a text that declares none, where its bytes leave no doubt; a wrong one puts wrong words into the index, so
 * what is doubtful is not an answer.
 *
 * jschardet ranks the candidates. Its first is believed when every other that comes near gives the same text. Western European
 * texts come near in many sets: windows-1252 is believed when its letters and quotes stand where such ones stand in writing.
 */
import { latin1 } from "#platform/bytes";
import { charsetCandidates } from "#platform/charset-detector";
import { charsetOf, decodeStrictly, isSingleByte } from "./charset.ts";

/** Of lines that are not ASCII; more do not tell more. */
const mostSample = 2 ** 16;

/** The next best must be this much less likely. */
const clearlyAhead = 1.3;

/** The first is passed over when it is ahead by less than this and windows-1252 makes sense. */
const barelyAhead = 1.15;

/** The library's own figure; random bytes get a hundredth. */
const leastConfidence = 0.05;

/** Sets that files of today are written in. DOS, Macintosh and EBCDIC ones are left to those who know. */
const common =
  /^(?:windows-125[0-7]|windows-874|iso-8859-(?:2|5|6|7|8|9|13|15)|koi8-[ru]|shift_jis|euc-jp|gbk|gb18030|big5|euc-kr|iso-2022-jp)$/;

/** By `charsetOf`'s name; null where it is not sure. `bytes` are not UTF-8 and hold no NUL. */
export function detectCharset(bytes: Uint8Array): string | null {
  if (/\x1b\$[@B]/.test(latin1(bytes.subarray(0, mostSample))) && decodeStrictly(bytes, "iso-2022-jp") !== null) {
    return "iso-2022-jp";
  }
  const sample = linesBeyondAscii(bytes);
  const ranked = charsetCandidates(sample).flatMap(({ encoding, confidence }) => {
    const charset = charsetOf(encoding ?? "");
    if (charset === null || !common.test(charset)) return [];
    const text = plausible(decodeStrictly(sample, charset));
    return text === null ? [] : [{ charset, text, confidence }];
  });
  const western = plausible(decodeStrictly(bytes, "windows-1252"));
  const first = ranked[0] as (typeof ranked)[number] | undefined;
  const other = ranked.find(({ text }) => text !== first?.text);
  const latin = ranked.find(({ charset }) => charset === "windows-1252");
  const isNear = first === undefined || (latin && latin.confidence * barelyAhead >= first.confidence);
  if (isNear && western !== null && isWestern(western)) return "windows-1252";
  if (first === undefined || first.charset === "windows-1252" || first.confidence < leastConfidence) return null;
  if (!isSingleByte(first.charset) && first.text.match(/[^\x00-\x7f]/g)!.length < 2) return null;
  if (other && other.confidence * clearlyAhead > first.confidence) return null;
  return decodeStrictly(bytes, first.charset) === null ? null : first.charset;
}

/** Words of two alphabets: "dйjа". */
const mixedWord =
  /[A-Za-z][\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}]|[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}][A-Za-z]/u;

/** No control characters, no signs or capitals in the middle of words: a set in which there are some is another one. */
function plausible(text: string | null): string | null {
  if (text === null || /[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ue000-\uf8ff]/.test(text)) return null;
  const odd = /\p{Ll}(?:[¡¢£¤¥¦¨©¬®¯±¶¸¹²³¼½¾¿×÷]\p{Ll}|[±¶¼½¾]|(?![A-Z])\p{Lu}(?!\p{Lu}))/u;
  return odd.test(text) || mixedWord.test(text) ? null : text;
}

/**
 * Letters with marks in words of plain ones, signs and quotes where such stand. In another set's text they are capitals inside of
 * words, quotes between letters, or one marked letter after the other.
 */
function isWestern(text: string): boolean {
  const odd = [
    /\p{Ll}[À-ÖØ-ÞŠŒŽŸ](?!\p{Lu})/u, // a capital in a word
    /[^\x00-\x7f]{5}/u,
    /[À-ÖØ-öø-ÿŠšŒœŽžŸ]{3}/u, // "créée" has two
    /\p{L}[€‚ƒ„†‡ˆ‰‹•˜›¡¢¤¥¦¨¬¯±¸¼½¾¿×÷]\p{L}/u,
    /\p{L}[“”«»§©®¶µ]\p{Ll}/u,
    /[\p{L}][¹²³ªº°´·]\p{L}{2}/u,
    /[\u00a1-\u00bf]{3}|[ÿßðþÐÞ]{2}/,
    /[ƒˆ˜¤¦¬¯¸¨]/,
  ];
  // Icelandic has them beside vowels with accents; alone they are Turkish letters of windows-1254.
  if (/[ðþÐÞ]/.test(text) && !/[áéíóúæ]/i.test(text)) return false;
  return !odd.some((pattern) => pattern.test(text));
}

function linesBeyondAscii(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= 4096) return bytes;
  const lines: Uint8Array[] = [];
  let length = 0;
  for (let start = 0; start < bytes.length && length < mostSample;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = Math.min(newline < 0 ? bytes.length : newline + 1, start + mostSample);
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte >= 0x80)) {
      lines.push(line);
      length += line.length;
    }
    start = end;
  }
  const joined = new Uint8Array(length);
  let at = 0;
  for (const line of lines) {
    joined.set(line, at);
    at += line.length;
  }
  return joined;
}
