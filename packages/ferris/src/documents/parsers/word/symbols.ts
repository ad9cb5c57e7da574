/**
 * Characters of fonts of signs (Symbol, Wingdings, Webdings), which documents name by their place in the font.
 */
import { signFonts } from "./sign-fonts.ts";

/** From 0x20 on; a space where there is no character of that kind. */
const symbol = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_ αβχδεφγηιϕκλµνοπθρστυϖωξψζ{|}∼ ";
/** From 0xa0 on. */
const symbolHigh = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭ ";

/** Signs that have a plainer character, which people type and look for. */
const plainer: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  wingdings: {
    0x3a: "💻",
    0x4a: "☺",
    0x4c: "☹",
    0x6c: "●",
    0x6e: "■",
    0x6f: "□",
    0x73: "⬧",
    0x9f: "•",
    0xa1: "○",
    0xa8: "◻",
    0xd5: "⌫",
    0xd8: "➢",
    0xdf: "←",
    0xe0: "→",
    0xe1: "↑",
    0xe2: "↓",
    0xe8: "➔",
    0xfb: "✗",
    0xfc: "✓",
    0xfd: "☒",
    0xfe: "☑",
  },
  "wingdings 2": { 0x4f: "✗", 0x50: "✓", 0x51: "☒", 0x53: "☒", 0x97: "●", 0xa3: "□" },
  webdings: { 0x61: "✔", 0x63: "□", 0x67: "■", 0x72: "✗" },
};

/** By font: its characters from 0x20 on. */
const signs = new Map<string, readonly string[]>();

function signOf(font: string, place: number): string {
  let characters = signs.get(font);
  if (!characters) signs.set(font, (characters = Array.from(signFonts[font] ?? "")));
  return plainer[font]?.[place] ?? (characters[place - 0x20] ?? "").trim();
}

/** Whether a font has signs in the places of letters. */
export function isSymbolFont(font: string | undefined): boolean {
  return font !== undefined && /^(?:symbol|wingdings(?: [23])?|webdings)$/i.test(font);
}

/** The character at `code` of a font; codes from 0xF000 on are places in it. Empty for what is decoration. */
export function symbolCharacter(font: string, code: number): string {
  if (Number.isNaN(code) || code > 0xffff) return "";
  const isPlace = code >= 0xf000 && code <= 0xf0ff;
  const place = isPlace ? code - 0xf000 : code;
  const name = font.toLowerCase();
  if (name === "symbol") {
    const characters = place >= 0xa0 ? symbolHigh : symbol;
    return (characters[place - (place >= 0xa0 ? 0xa0 : 0x20)] ?? "").trim();
  }
  if (name in signFonts) return signOf(name, place);
  if (!isPlace) return code < 0xe000 || code > 0xf8ff ? String.fromCharCode(code) : "";
  // Other fonts of this kind have letters where ASCII has them.
  return place > 0x20 && place < 0x7f ? String.fromCharCode(place) : "";
}

/** `text` of a run in that font as it is shown: what stands in the places of fonts of signs is one, and all that is written in such a font. */
export function withSymbols(text: string, font: string | undefined): string {
  if (isSymbolFont(font))
    return text.replace(/[!-~\xa1-\xac\xae-\xff\uf020-\uf0ff]/g, (character) =>
      symbolCharacter(font!, character.charCodeAt(0)),
    );
  if (!/[\uf020-\uf0ff]/.test(text)) return text;
  return text.replace(/[\uf020-\uf0ff]/g, (character) => symbolCharacter(font ?? "symbol", character.charCodeAt(0)));
}
