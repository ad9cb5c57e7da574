/** The tables agree with the Rust tokenizers on every code point, and decomposition on runs of them. */
import { describe, expect, it } from "vitest";
import { bertNormalizer, bertPreTokenizer, lowercase, nfdNormalizer } from "tokenizers";
import {
  decompose,
  ideographs,
  isWhiteSpace,
  lowerCase,
  nonspacingMarks,
  punctuation,
  removed,
  wellFormed,
} from "../../src/tokenizers/unicode/code-points.ts";
import { randomFrom } from "./support/random.ts";

/** Every code point that can stand in UTF-8, in strings of 4,096, each between two letters. */
const blocks: string[][] = [];
for (let c = 1, block: string[] = []; c < 0x110000; c++) {
  if (c < 0xd800 || c > 0xdfff) block.push(String.fromCodePoint(c));
  if (block.length === 4096 || c === 0x10ffff) {
    blocks.push(block);
    block = [];
  }
}

const nothing = { cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false };

/** Compares block by block; names the code points where both differ. */
function disagreements(rust: (text: string) => string, ours: (character: string) => string): string[] {
  const wrong: string[] = [];
  for (const block of blocks) {
    if (rust(`a${block.join("a")}a`) === `a${block.map(ours).join("a")}a`) continue;
    for (const c of block) {
      if (rust(`a${c}a`) !== `a${ours(c)}a`) wrong.push(`U+${c.codePointAt(0)!.toString(16)}`);
    }
  }
  return wrong;
}

describe("code points", () => {
  it("removed by clean_text, and white space", () => {
    const rust = bertNormalizer({ ...nothing, cleanText: true });
    const wrong = disagreements(
      (text) => rust.normalizeString(text),
      (c) => {
        const codePoint = c.codePointAt(0)!;
        if ("\t\n\r".includes(c)) return " ";
        if (removed.has(codePoint) || c === "\ufffd") return "";
        return isWhiteSpace(codePoint) ? " " : c;
      },
    );
    expect(wrong).toEqual([]);
  });

  it("ideographs", () => {
    const rust = bertNormalizer({ ...nothing, handleChineseChars: true });
    const wrong = disagreements(
      (text) => rust.normalizeString(text),
      (c) => (ideographs.has(c.codePointAt(0)!) ? ` ${c} ` : c),
    );
    expect(wrong).toEqual([]);
  });

  it("decomposed, without nonspacing marks", () => {
    const rust = bertNormalizer({ ...nothing, stripAccents: true });
    const wrong = disagreements(
      (text) => rust.normalizeString(text),
      (c) =>
        Array.from(decompose(c))
          .filter((part) => !nonspacingMarks.has(part.codePointAt(0)!))
          .join(""),
    );
    expect(wrong).toEqual([]);
  });

  it("lower case", () => {
    const rust = lowercase();
    expect(disagreements((text) => rust.normalizeString(text), lowerCase)).toEqual([]);
  });

  it("punctuation and white space of the pre-tokenizer", () => {
    const rust = bertPreTokenizer();
    const wrong = disagreements(
      (text) =>
        rust
          .preTokenizeString(text)
          .map(([part]) => part)
          .join("|"),
      (c) => {
        const codePoint = c.codePointAt(0)!;
        if (isWhiteSpace(codePoint)) return "|";
        return punctuation.has(codePoint) ? `|${c}|` : c;
      },
    );
    expect(wrong).toEqual([]);
  });
});

describe("decompose", () => {
  it("reorders and decomposes runs as Rust does", () => {
    const rust = nfdNormalizer();
    const random = randomFrom(1);
    const marks = blocks.flat().filter((c) => decompose(`a\u0345${c}`) !== `a\u0345${c}` || decompose(c) !== c);
    for (let i = 0; i < 20_000; i++) {
      let text = "";
      for (let length = random.below(6) + 1; length > 0; length--) {
        text += random.below(3) === 0 ? String.fromCodePoint(random.codePoint()) : random.pick(marks);
      }
      expect(decompose(text)).toBe(rust.normalizeString(text));
    }
  });
});

describe("wellFormed", () => {
  it("replaces lone surrogates only", () => {
    expect(wellFormed("a\ud800b\udc00\ud83d\ude00")).toBe("a\ufffdb\ufffd\ud83d\ude00");
  });
});
