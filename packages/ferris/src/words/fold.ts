/**
 * One form for what reads the same: full-width and ligatures (NFKC), soft hyphens and zero-width signs gone, ё as е, ß as ss, Arabic without
 * vowel marks and tatweel, Greek and Latin without accents, an emoji as a word.
 *
 * Documents go into the full-text index in this form and queries ask in it. Case is left to the index, which folds it itself.
 */

/** Nearly all text of most folders: nothing to fold. */
const plain = /^[\x00-\x7f]*$/;

/** Soft hyphens, zero-width and direction signs; variation selectors and skin tones. */
const invisible =
  /[\u00AD\u061C\u180E\u200B\u200E\u200F\u2060-\u2064\uFEFF]|\u034F|\p{Variation_Selector}|\p{Emoji_Modifier}/gu;
/** What is added to letters of scripts that are read without it. */
const accents = /(?<=[\p{Script=Latin}\p{Script=Greek}]\p{M}{0,6})\p{Mn}/gu;
const arabicMarks = /[\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED]/g;
const emoji = /(?![\x00-\x7f©®™])\p{Extended_Pictographic}|\p{Regional_Indicator}{2}/gu;

const letters: Readonly<Record<string, string>> = {
  ё: "е",
  Ё: "Е",
  ß: "ss",
  ẞ: "SS",
  ς: "σ",
  أ: "ا",
  إ: "ا",
  آ: "ا",
  ٱ: "ا",
  ى: "ي",
  ة: "ه",
  æ: "ae",
  Æ: "AE",
  œ: "oe",
  Œ: "OE",
  ø: "o",
  Ø: "O",
  đ: "d",
  Đ: "D",
  ł: "l",
  Ł: "L",
  ı: "i",
};
const replaced = new RegExp(`[${Object.keys(letters).join("")}]`, "gu");

/** `text` in the form that the full-text index holds. */
export function fold(text: string): string {
  if (plain.test(text)) return text;
  return text
    .replace(invisible, "")
    .normalize("NFKD")
    .replace(accents, "")
    .normalize("NFC")
    .replace(arabicMarks, "")
    .replace(replaced, (letter) => letters[letter]!)
    .replace(emoji, emojiWord);
}

/** A word that nobody types, and that the tokenizer keeps whole. */
function emojiWord(characters: string): string {
  return ` emoji${Array.from(characters, (character) => character.codePointAt(0)!.toString(16)).join("")} `;
}
