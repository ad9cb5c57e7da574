/** Truncation, pairs and token types at every small maximum length, against the Rust tokenizers' `longest_first`. */
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/errors.ts";
import { longestFirst } from "../../src/tokenizers/framed-tokenizer.ts";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import { filesOf, goldensFolder, minilmFolder, goldenTexts, tokenizerFiles } from "./support/goldens.ts";
import { hostileText } from "./support/hostile.ts";
import { randomFrom } from "./support/random.ts";
import { RustTokenizer } from "./support/rust.ts";
import { wordpieceVariants } from "./support/variants.ts";

const withoutFrame = wordpieceVariants.find((variant) => variant.name.endsWith("no post-processor"))!;

const cases = [
  { name: "BERT", files: tokenizerFiles(minilmFolder) },
  { name: "MPNet", files: tokenizerFiles(`${goldensFolder}tiny/mpnet`) },
  { name: "XLM-RoBERTa", files: tokenizerFiles(`${goldensFolder}tiny/xlm-roberta`) },
  { name: "RoBERTa", files: tokenizerFiles(`${goldensFolder}tiny/roberta`) },
  { name: "no special tokens", files: filesOf(withoutFrame.json) },
];

describe("longestFirst", () => {
  it.each([
    // first, second, room, kept of the first
    [3, 9, 10, 3],
    [9, 3, 10, 7],
    [5, 9, 10, 5],
    [9, 9, 10, 5],
    [9, 9, 11, 5],
    [10, 9, 11, 6],
    [9, 10, 11, 5],
    [40, 12, 11, 6],
    [12, 40, 11, 5],
    [0, 40, 11, 0],
    [40, 0, 11, 11],
    [2, 2, 0, 0],
  ])("of %i and %i tokens in %i keeps %i of the first", (first, second, room, kept) => {
    expect(longestFirst(first, second, room)).toBe(kept);
  });

  it("counts both texts to the end where the odd token depends on it", async () => {
    const tokenizer = await openTokenizer(tokenizerFiles(minilmFolder));
    const ids = new Int32Array(8);
    const types = new Int32Array(8);
    const long = "one two three four five six seven eight";
    tokenizer.encodePair(`${long} nine`, long, ids, types, 0, 8);
    expect(Array.from(types)).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
    tokenizer.encodePair(long, `${long} nine`, ids, types, 0, 8);
    expect(Array.from(types)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });
});

describe.each(cases)("$name", ({ files }) => {
  const random = randomFrom(11);
  const texts = [...goldenTexts.slice(0, 12), ...Array.from({ length: 20 }, () => hostileText(random)), "", " "];

  it("keeps the first tokens and the closing special tokens, and says that it cut", async () => {
    const tokenizer = await openTokenizer(files);
    const whole = new Int32Array(1 << 14);
    for (const text of texts) {
      const length = tokenizer.encode(text, whole, 0, whole.length);
      expect(tokenizer.truncated).toBe(false);
      expect(tokenizer.count(text)).toBe(length);
      const closing = tokenizer.specialTokens - tokenizer.leadingSpecialTokens;
      for (let maxLength = tokenizer.specialTokens; maxLength <= Math.min(length + 2, 40); maxLength++) {
        const ids = new Int32Array(3 + maxLength + 1).fill(-7);
        const written = tokenizer.encode(text, ids, 3, maxLength);
        expect(written).toBe(Math.min(length, maxLength));
        expect(tokenizer.truncated).toBe(length > maxLength);
        const expected = [...whole.subarray(0, written - closing), ...whole.subarray(length - closing, length)];
        expect(Array.from(ids.subarray(3, 3 + written))).toEqual(expected);
        // Nothing is written outside of what was asked for.
        expect([...ids.subarray(0, 3), ids.at(-1)]).toEqual([-7, -7, -7, -7]);
      }
    }
  });

  it("cuts pairs as longest_first does, with their token types", async () => {
    const tokenizer = await openTokenizer(files);
    const rust = new RustTokenizer(files.json);
    const pairs = texts.map((text, i) => [text, texts[(i * 5 + 2) % texts.length]!] as const);
    const own = (text: string): number => tokenizer.count(text) - tokenizer.specialTokens;
    let compared = 0;
    for (let maxLength = tokenizer.pairSpecialTokens + 1; maxLength < 24; maxLength++) {
      const room = maxLength - tokenizer.pairSpecialTokens;
      const expected = await rust.encodePairs(pairs, maxLength);
      pairs.forEach(([first, second], i) => {
        const ids = new Int32Array(maxLength + 2);
        const types = new Int32Array(maxLength + 2).fill(9);
        const length = tokenizer.encodePair(first, second, ids, types, 2, maxLength);
        expect(tokenizer.truncated).toBe(own(first) + own(second) > room);
        // Since 0.23 Rust stops counting at the word that reaches maxLength, and so may give the odd token to the shorter text.
        if (room % 2 === 1 && own(first) >= maxLength && own(second) >= maxLength) return;
        compared++;
        expect({
          ids: Array.from(ids.subarray(2, 2 + length)),
          types: Array.from(types.subarray(2, 2 + length)),
        }).toEqual(expected[i]);
      });
    }
    expect(compared).toBeGreaterThan(200);
  });

  it("refuses a maximum length without room for the special tokens, and an array that is too short", async () => {
    const tokenizer = await openTokenizer(files);
    const ids = new Int32Array(8);
    expect(() => tokenizer.encode("a", ids, 0, tokenizer.specialTokens - 1)).toThrow(InvalidArgumentError);
    expect(() => tokenizer.encode("a", ids, 0, 9)).toThrow(/holds 8 ids/);
    expect(() => tokenizer.encodePair("a", "b", ids, ids, 4, 8)).toThrow(/4 \+ maxLength 8/);
  });
});
