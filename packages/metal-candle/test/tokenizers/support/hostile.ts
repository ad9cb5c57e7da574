/** Texts made to break tokenizers: scripts mixed without spaces, marks, controls, joiners, special tokens, odd white space. */
import type { Random } from "./random.ts";

/** First and last code points; repeated ones are likelier. */
const ranges: readonly (readonly [number, number])[] = [
  ...Array.from({ length: 6 }, () => [0x20, 0x7e] as const),
  [0x01, 0x1f],
  [0x7f, 0xff],
  [0x100, 0x24f],
  [0x2b0, 0x36f],
  [0x370, 0x52f],
  [0x590, 0x74f],
  [0x900, 0xe7f],
  [0x1100, 0x11ff],
  [0x1e00, 0x206f],
  [0x2100, 0x2bff],
  [0x3000, 0x30ff],
  [0x3130, 0x318f],
  [0x4e00, 0x9fff],
  [0xa980, 0xabff],
  [0xac00, 0xd7a3],
  [0xf900, 0xfb4f],
  [0xfe00, 0xffff],
  [0x10a00, 0x11fff],
  [0x1d100, 0x1d24f],
  [0x1f1e6, 0x1f6ff],
  [0x20000, 0x2a6df],
  [0x2f800, 0x2fa1f],
  [0xe0000, 0xe01ef],
];

const hostileParts: readonly string[] = [
  "the",
  "GPU",
  "LayerNorm",
  "unbelievably",
  "don't",
  "[MASK]",
  "[CLS]",
  "[mask]",
  "[UNK",
  "<s>",
  "</s>",
  "<unk>",
  "<UNK>",
  "<mask>",
  "<pad>",
  "<un",
  "k>",
  "query:",
  "3.14",
  "a".repeat(99),
  "b".repeat(101),
  "c".repeat(260),
  "İ",
  "ß",
  "ǅ",
  "Σς",
  "ﬁ",
  "ﬄ\u0301",
  "½",
  "½\u0301",
  "e\u0301",
  "e\u0301\u0302",
  "\u0302\u0301",
  "\u0344",
  "\u1100\u1161\u11a8",
  "각",
  "क्षि",
  "ำ",
  "ลำ",
  "👩‍👩‍👧",
  "🇩🇪🇫",
  "👍🏽",
  "©\u200d",
  "™\ufe0f",
  "\u0600",
  "\u0600a",
  "\u0600½",
  "\r\n",
  "\r",
  "\v",
  "\u0085",
  "\u2028",
  "\u200b",
  "\u200d",
  "\ufeff",
  "\ufffd",
  "\ufffe",
  "▁",
  "▁▁",
  "  ",
  "   ",
  "ａｂｃ",
  "，。！？",
  "中文",
  "≮unk>",
  "\u00ad",
  "\u302e\u302f",
  "\ud834\udd65\ud834\udd6d",
];

const gaps: readonly string[] = [" ", " ", " ", "", "", "", "\n", "\t", "\u00a0", "\u3000", "\u2003"];

export function hostileText(random: Random): string {
  let text = "";
  for (let parts = 1 + random.below(10); parts > 0; parts--) {
    const kind = random.below(100);
    if (kind < 35) {
      text += random.pick(hostileParts);
    } else if (kind < 37) {
      text += String.fromCharCode(0xd800 + random.below(0x800));
    } else if (kind < 40) {
      text += String.fromCodePoint(random.codePoint());
    } else {
      const [first, last] = random.pick(ranges);
      for (let length = 1 + random.below(8); length > 0; length--) {
        text += String.fromCodePoint(first + random.below(last - first + 1));
      }
    }
    text += random.pick(gaps);
  }
  return text;
}

/** What words may be made of endlessly: plain, accented, expanding, reordered, removed, above U+FFFF. */
const endless: readonly string[] = [
  "a",
  "e",
  "é",
  "e\u0301",
  "각",
  "ﬃ",
  "😀",
  "\ud801\udc00",
  "ab\u200d",
  "a\u302e",
  "\u{1d165}",
  "İ",
];

/** No white space of ASCII: hostile texts end to end, after a character above U+FFFF, with words of about the longest that are known. */
export function unspacedText(random: Random): string {
  let text = random.pick(["😀", "\u{20000}", "\u{2f800}", "\u302e", "[", "<"]);
  for (let parts = 1 + random.below(4); parts > 0; parts--) {
    if (random.below(3) === 0) {
      const word = random.pick(endless).repeat(random.pick([4, 5, 6, 7, 49, 50, 51, 99, 100, 101, 108, 250, 1001]));
      text += random.pick(["", "[", "<u", "-", "😀"]) + word;
    } else {
      text += hostileText(random).replaceAll(/[\t-\r ]/g, () => random.pick(["", "，", "-", "中"]));
    }
  }
  return text;
}
