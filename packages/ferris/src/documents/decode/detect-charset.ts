/**
 * The character set of a text that declares none, where its bytes leave no doubt; a wrong one puts wrong words into the index, so
 * what is doubtful is not an answer.
 *
 * Latin alphabets are judged by how their languages put letters together (european-charset.ts); for other scripts jschardet ranks the
 * candidates, and its first is believed when every other that comes near gives the same text.
 */
import { latin1 } from "#platform/bytes";
import { charsetCandidates } from "#platform/charset-detector";
import { charsetOf, decodeStrictly, isSingleByte } from "./charset.ts";
import { koreanMark } from "./seven-bit.ts";
import { europeanCharset, hasUnclosedQuote } from "./european-charset.ts";

/** Of lines that are not ASCII; more do not tell more. */
const mostSample = 2 ** 16;

/** The next best must be this much less likely. */
const clearlyAhead = 1.3;

/** The library's own figure; random bytes get a hundredth. */
const leastConfidence = 0.05;

/** Sets of other scripts that files of today are written in. */
const common =
  /^(?:windows-125[1356]|windows-874|iso-8859-[5678]|koi8-[ru]|shift_jis|euc-jp|gbk|gb18030|big5|euc-kr|iso-2022-jp)$/;

/** Of GB 18030's letters of four bytes. */
const fewestLong = 4;
const kanaElsewhere = /^(?:gbk|gb18030|euc-kr)$/;

/** By `charsetOf`'s name; null where it is not sure. `bytes` are not UTF-8 and hold no NUL. */
export function detectCharset(bytes: Uint8Array): string | null {
  const escaped = escapedCharset(bytes);
  if (escaped !== null) return escaped;
  if (isGb18030(bytes)) return "gb18030";
  const european = europeanCharset(bytes);
  if (european !== null) return european;
  const sample = linesBeyondAscii(bytes);
  const ranked = charsetCandidates(sample).flatMap(({ encoding, confidence }) => {
    const charset = charsetOf(encoding ?? "");
    if (charset === null || !common.test(charset)) return [];
    const text = plausible(decodeStrictly(sample, charset));
    // The rows of EUC-JP's kana are the same in GB 2312 and EUC-KR, where hardly anybody writes them.
    if (text === null || (kanaElsewhere.test(charset) && /[\u3041-\u3096\u30a1-\u30fa]/.test(text))) return [];
    return [{ charset, text, confidence }];
  });
  // The library knows Korean by EUC-KR alone, and takes the syllables of Windows beside it for Chinese.
  if (ranked[0]?.charset !== "euc-kr" && isKorean(sample) && decodeStrictly(bytes, "euc-kr") !== null) return "euc-kr";
  const first = ranked[0] as (typeof ranked)[number] | undefined;
  const other = ranked.find(({ text }) => text !== first?.text);
  if (first === undefined || first.confidence < leastConfidence) return null;
  // One sign or letter of another alphabet says nothing.
  if (isSingleByte(first.charset) && !/[^\x00-\x7f\P{L}]{3}/u.test(first.text)) return null;
  if (!isSingleByte(first.charset) && first.text.match(/[^\x00-\x7f]/g)!.length < 2) return null;
  if (other && other.confidence * clearlyAhead > first.confidence) return null;
  return decodeStrictly(bytes, first.charset) === null ? null : first.charset;
}

/**
 * Letters of four bytes each, two of them digits: in any other set they would be letters and digits in turn. Those of the rarest signs are not
 * counted: a dash of Windows begins them, and "2024–5–6" is a date.
 */
function isGb18030(bytes: Uint8Array): boolean {
  const found = latin1(bytes.subarray(0, mostSample)).match(/[\x81-\x84]\d[\x81-\xfe]\d/g)?.length ?? 0;
  if (found < fewestLong) return false;
  const text = decodeStrictly(bytes, "gb18030");
  return text !== null && !/[\p{Cn}\p{Co}]/u.test(text);
}

/** Whether bytes read as Korean are syllables nearly all, and those of its particles and endings as often as in Korean text. */
function isKorean(sample: Uint8Array): boolean {
  const text = decodeStrictly(sample, "euc-kr");
  if (text === null) return false;
  const wide = text.match(/[^\x00-\x7f]/g)?.length ?? 0;
  const syllables = text.match(/[\uac00-\ud7a3]/g)?.length ?? 0;
  const usual = text.match(/[이다는의에을를고하가지기서도로한은스리어아인]/g)?.length ?? 0;
  return wide >= 8 && syllables >= 0.9 * wide && usual >= 0.2 * wide;
}

/** A set of seven bits, by the escapes with which it changes its alphabet. */
export function escapedCharset(bytes: Uint8Array): string | null {
  const head = latin1(bytes.subarray(0, mostSample));
  const charset = head.includes(koreanMark) ? "iso-2022-kr" : /\x1b\$[@B]/.test(head) ? "iso-2022-jp" : null;
  return charset !== null && decodeStrictly(bytes, charset) !== null ? charset : null;
}

/** Words of two alphabets: "dйjа". */
const mixedWord =
  /[A-Za-z][\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}]|[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}][A-Za-z]/u;

/** No control characters, no signs or capitals in the middle of words: a set in which there are some is another one. */
function plausible(text: string | null): string | null {
  if (text === null || /[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ue000-\uf8ff]/.test(text)) return null;
  const odd = /\p{Ll}(?:[¡¢£¤¥¦¨©¬®¯±¶¸¹²³¼½¾¿×÷]\p{Ll}|[±¶¼½¾]|(?![A-Z])\p{Lu}(?!\p{Lu}))/u;
  // What the Macintosh's capitals are in windows-1251, which has the same small letters.
  const isMacintosh = !/[јЈ]/.test(text) && /[ЂЃ‚ѓ†‡€‰Љ‹ЊЌЋЏђ‘•˜™љњ](?=[а-я])/.test(text);
  if (hasUnclosedQuote(text) && /„[а-я]/.test(text)) return null;
  // Greek's last s, and two accents in a word.
  if (/ς\p{Ll}|[άέήίόύώ]\p{Ll}*[άέήίόύώ]/u.test(text)) return null;
  return odd.test(text) || mixedWord.test(text) || isMacintosh ? null : text;
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
