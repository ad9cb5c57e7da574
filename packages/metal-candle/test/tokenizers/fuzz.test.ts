/**
 * Hostile texts, seeded: our ids equal those of the Rust tokenizers for every kind of tokenizer and each variant of its settings.
 *
 * FERRIS_FUZZ=20 runs twenty times as many texts (the normal run takes about ten seconds), FERRIS_FUZZ_SEED other ones.
 */
import { isThorough } from "@ferris/testing";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import { encodeAll } from "./support/encode.ts";
import { filesOf, goldensFolder, minilmFolder } from "./support/goldens.ts";
import { hostileText, unspacedText } from "./support/hostile.ts";
import { randomFrom } from "./support/random.ts";
import { RustTokenizer } from "./support/rust.ts";
import { byteLevelVariants, characterVariants, unigramVariants, wordpieceVariants } from "./support/variants.ts";
import type { Variant } from "./support/variants.ts";

const factor = Number(process.env["FERRIS_FUZZ"] ?? (isThorough ? 1 : 0.4));
const seed = Number(process.env["FERRIS_FUZZ_SEED"] ?? 1);
const batchTexts = 500;
const timeout = 60_000 * Math.max(1, factor);

const model = (name: string, path: string, folder: string): Variant => ({
  name,
  path,
  json: readFileSync(`${folder}/tokenizer.json`),
});

const models: readonly Variant[] = [
  model("MiniLM", "wordpiece", minilmFolder),
  model("tiny MPNet", "wordpiece", `${goldensFolder}tiny/mpnet`),
  model("tiny XLM-RoBERTa", "unigram", `${goldensFolder}tiny/xlm-roberta`),
  model("tiny RoBERTa", "byte-level-bpe", `${goldensFolder}tiny/roberta`),
  model("tiny ModernBERT", "byte-level-bpe", `${goldensFolder}tiny/modernbert`),
  model("tiny Qwen", "byte-level-bpe", `${goldensFolder}tiny/qwen3`),
  model("tiny Gemma", "character-bpe", `${goldensFolder}tiny/gemma3-text`),
];

/** The texts whose ids differ, with both: whole, and cut to a random length. */
async function differences(variant: Variant, texts: number, make = hostileText): Promise<unknown[]> {
  const ours = await openTokenizer(filesOf(variant.json));
  expect(ours.path).toBe(variant.path);
  const rust = new RustTokenizer(variant.json);
  const random = randomFrom(seed);
  const ids = new Int32Array(1 << 14);
  const found: unknown[] = [];
  for (let done = 0; done < texts; done += batchTexts) {
    const batch = Array.from({ length: batchTexts }, () => make(random));
    const encoded = await rust.encode(batch);
    batch.forEach((text, i) => {
      const whole = encoded[i]!;
      const shorter = ours.specialTokens + random.below(Math.max(1, whole.length - ours.specialTokens));
      const closing = ours.specialTokens - ours.leadingSpecialTokens;
      const cut = [...whole.slice(0, shorter - closing), ...whole.slice(whole.length - closing)];
      for (const [maxLength, expected] of [
        [ids.length, whole],
        [shorter, cut],
      ] as const) {
        const length = ours.encode(text, ids, 0, maxLength);
        const got = Array.from(ids.subarray(0, length));
        if (got.join() === expected.join() && ours.truncated === whole.length > maxLength) continue;
        found.push({ text: JSON.stringify(text), maxLength, got, expected });
      }
    });
  }
  return found;
}

describe.each(models)("$name", (variant) => {
  it("gives Rust's ids for hostile texts", { timeout: timeout }, async () => {
    expect(await differences(variant, 5000 * factor)).toEqual([]);
  });
});

// Where runs of the exact path may end, and what of an endless word they leave out.
describe.each([...models.slice(0, 2), ...wordpieceVariants])("$name, without spaces", (variant) => {
  it("gives Rust's ids for runs that only other boundaries end", { timeout: timeout }, async () => {
    expect(await differences(variant, 500 * factor, unspacedText)).toEqual([]);
  });
});

describe.each([...wordpieceVariants, ...unigramVariants, ...byteLevelVariants, ...characterVariants])(
  "$name",
  (variant) => {
    it("gives Rust's ids for hostile texts", { timeout: timeout }, async () => {
      expect(await differences(variant, 500 * factor)).toEqual([]);
    });
  },
);

// What is looked up whole is rarely a whole text by chance.
it.each([...characterVariants, ...byteLevelVariants])("$name: texts that are one token", async (variant) => {
  const texts = [
    "GPU",
    " ",
    "  ",
    " GPU",
    "don't",
    "中文",
    " the a",
    "__proto__",
    "\n",
    "[MASK]GPU[MASK] the a",
    "unbelievably",
  ];
  const ours = await openTokenizer(filesOf(variant.json));
  expect(encodeAll(ours, texts)).toEqual(await new RustTokenizer(variant.json).encode(texts));
});
