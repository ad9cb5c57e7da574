/**
 * Word's EQ fields, which have no result: their instruction is what is drawn. Phonetic guides were such fields before Word 2007, and are
 * in files that it converted: "EQ \* jc2 \* hps10 \o\ad(\s\up 9(とうきょう),東京)".
 */

/** Of a word and its reading; the pattern takes the square of the length, and more. */
const longest = 500;

/** The characters under a phonetic guide; "" for other equations and fields. */
export function baseOfPhoneticGuide(instruction: string): string {
  if (instruction.length > longest) return "";
  return /^\s*EQ\b[^()]*\\o[^()]*\(\\s\\up\s*\d*\s*\([^()]*\)[,;](.*)\)\s*$/is.exec(instruction)?.[1] ?? "";
}
