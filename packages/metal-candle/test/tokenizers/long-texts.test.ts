/** Long texts cost time in proportion to their length, whatever they are made of. */
import { beforeAll, describe, expect, it } from "vitest";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import type { Tokenizer } from "../../src/tokenizers/tokenizer.ts";
import { filesOf, goldensFolder, minilmFolder, tokenizerFiles } from "./support/goldens.ts";
import { wordpieceVariants } from "./support/variants.ts";

const folders = [
  minilmFolder,
  `${goldensFolder}tiny/mpnet`,
  `${goldensFolder}tiny/xlm-roberta`,
  `${goldensFolder}tiny/roberta`,
  ...["modernbert", "qwen3", "gemma3-text"].map((name) => `${goldensFolder}tiny/${name}`),
];
const parts = [
  "a",
  " ",
  "\n",
  "<",
  "[",
  "[MASK]",
  "<mask> ",
  " <mask>",
  "<unk",
  "中",
  "，",
  "각",
  "\u0301",
  "e\u0301",
  "क्",
  "\u200d",
  "😀",
  "\ud800",
  "\u0001",
  "the quick brown fox ",
  "x, ",
];
const units = 100_000;
/** Of this process, whatever else the machine does meanwhile. */
function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What grows with the square takes minutes; what we have takes 2 to 300 ms on a machine that does nothing else. */
const mostMilliseconds = 5000;

describe.each(folders)("the tokenizer of %s", (folder) => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await openTokenizer(tokenizerFiles(folder));
  });

  it.each(parts)("takes a long text of %j", (part) => {
    const text = part.repeat(units / part.length);
    const ids = new Int32Array(512);
    const start = processorMilliseconds();
    const count = tokenizer.count(text);
    const length = tokenizer.encode(text, ids, 0, 512);
    expect(processorMilliseconds() - start).toBeLessThan(mostMilliseconds);
    expect(length).toBe(Math.min(count, 512));
    expect(tokenizer.truncated).toBe(count > 512);
  });
});

// The exact path once took all up to the next white space, whatever the limit: 20 s for the first of these.
describe.each([minilmFolder, `${goldensFolder}tiny/mpnet`])("the tokenizer of %s", (folder) => {
  it.each([
    ["\u{20000}", "中"],
    ["\u{20000}", "\u{2f800}"],
    ["😀", "abc,"],
    ["😀", "😀\u3000"],
    ["\u302e", "\u302e—"],
  ])("does not read on behind the maximum length in %j, then %j many times", async (rare, common) => {
    const tokenizer = await openTokenizer(tokenizerFiles(folder));
    const text = rare + common.repeat(4_000_000 / common.length);
    const ids = new Int32Array(256);
    const start = processorMilliseconds();
    const length = tokenizer.encode(text, ids, 0, 256);
    expect(processorMilliseconds() - start).toBeLessThan(mostMilliseconds / 5);
    expect([length, tokenizer.truncated]).toEqual([256, true]);
  });

  it("skips what is left of an endless word", async () => {
    const tokenizer = await openTokenizer(tokenizerFiles(folder));
    const start = processorMilliseconds();
    expect(tokenizer.count("😀".repeat(1_000_000))).toBe(tokenizer.specialTokens + 1);
    expect(processorMilliseconds() - start).toBeLessThan(mostMilliseconds / 5);
  });
});

it("does not read on where added tokens of normalised text have the punctuation that a text is made of", async () => {
  const variant = wordpieceVariants.find(({ name }) => name.endsWith("added tokens of every kind"))!;
  const tokenizer = await openTokenizer(filesOf(variant.json));
  const ids = new Int32Array(256);
  const start = processorMilliseconds();
  for (const text of ["😀", "😀<", "<\u302e"]) tokenizer.encode(text + ">".repeat(4_000_000), ids, 0, 256);
  expect(processorMilliseconds() - start).toBeLessThan(mostMilliseconds / 5);
});
