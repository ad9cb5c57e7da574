/**
 * Characters of the fonts Symbol and Wingdings, which documents name by their place in the font.
 */

/** From 0x20 on; a space where there is no character of that kind. */
const symbol = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_ αβχδεφγηιϕκλµνοπθρστυϖωξψζ{|}∼ ";
/** From 0xa0 on. */
const symbolHigh = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭ ";

const wingdings: Readonly<Record<number, string>> = {
  0x22: "✂",
  0x28: "☎",
  0x2a: "✉",
  0x36: "⌛",
  0x3a: "💻",
  0x43: "👍",
  0x44: "👎",
  0x4a: "☺",
  0x4c: "☹",
  0x6c: "●",
  0x6e: "■",
  0x6f: "□",
  0x71: "❑",
  0x72: "❒",
  0x73: "⬧",
  0x74: "⧫",
  0x75: "◆",
  0x76: "❖",
  0x9f: "•",
  0xa1: "○",
  0xa7: "▪",
  0xa8: "◻",
  0xab: "★",
  0xd8: "➢",
  0xdf: "←",
  0xe0: "→",
  0xe1: "↑",
  0xe2: "↓",
  0xe8: "➔",
  0xef: "⇦",
  0xf0: "⇨",
  0xfb: "✗",
  0xfc: "✓",
  0xfd: "☒",
  0xfe: "☑",
};

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
  if (name.startsWith("wingdings")) return name === "wingdings" ? (wingdings[place] ?? "") : "";
  if (!isPlace) return code < 0xe000 || code > 0xf8ff ? String.fromCharCode(code) : "";
  // Other fonts of this kind have letters where ASCII has them.
  return place > 0x20 && place < 0x7f ? String.fromCharCode(place) : "";
}

/** `text` of a run in that font, with what stands in the fonts' own places as characters. */
export function withSymbols(text: string, font: string | undefined): string {
  if (!/[\uf020-\uf0ff]/.test(text)) return text;
  return text.replace(/[\uf020-\uf0ff]/g, (character) => symbolCharacter(font ?? "symbol", character.charCodeAt(0)));
}
