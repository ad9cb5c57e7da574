/** NFC of a text, for a price that most texts do not pay. */
import { normalizeForm } from "./code-points.ts";

/** The same as `normalizeForm(text, "NFC")`; a text of characters that NFC never touches is returned as it is. */
export function composed(text: string): string {
  for (let at = 0; at < text.length; at++) {
    if (!isInert(text.charCodeAt(at))) return normalizeForm(text, "NFC");
  }
  return text;
}

/**
 * Whether a unit is a character that composes with nothing before it and has no other form: Latin and what is below the first combining
 * mark, Cyrillic letters, punctuation, kana without the marks, ideographs, Hangul syllables. Others may be inert, too.
 */
function isInert(unit: number): boolean {
  if (unit < 0x300) return true;
  return (
    (unit >= 0x400 && unit <= 0x482) ||
    (unit >= 0x2002 && unit <= 0x20cf) ||
    (unit >= 0x2190 && unit <= 0x22ff) ||
    (unit >= 0x2500 && unit <= 0x2bff && unit !== 0x2adc) ||
    (unit >= 0x3001 && unit <= 0x3029) ||
    (unit >= 0x3041 && unit <= 0x3096) ||
    (unit >= 0x30a1 && unit <= 0x30fe) ||
    (unit >= 0x3400 && unit <= 0x9fff) ||
    (unit >= 0xac00 && unit <= 0xd7a3) ||
    (unit >= 0xff01 && unit <= 0xff9f)
  );
}
