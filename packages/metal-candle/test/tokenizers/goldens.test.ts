/** The goldens of the default model's tokenizer: 500 hostile strings, and the texts of its embedding golden. */
import { describe, expect, it } from "vitest";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import { encodeAll } from "./support/encode.ts";
import {
  goldensFolder,
  goldenSequences,
  minilmFolder,
  readJson,
  goldenTexts,
  tokenizerFiles,
} from "./support/goldens.ts";

describe("all-MiniLM-L6-v2", () => {
  it("gives the ids of 500 hostile strings", async () => {
    const cases = readJson(`${goldensFolder}tokenizer/wordpiece-minilm.json`) as [string, number[]][];
    const tokenizer = await openTokenizer(tokenizerFiles(minilmFolder));
    expect(tokenizer.path).toBe("wordpiece");
    expect(
      encodeAll(
        tokenizer,
        cases.map(([text]) => text),
      ),
    ).toEqual(cases.map(([, ids]) => ids));
  });

  it("gives the ids of the embedding golden, truncated to 256 and not to the 128 of tokenizer.json", async () => {
    const tokenizer = await openTokenizer(tokenizerFiles(minilmFolder));
    expect(encodeAll(tokenizer, goldenTexts, 256)).toEqual(
      goldenSequences(`${goldensFolder}real/all-MiniLM-L6-v2-q8/golden.safetensors`),
    );
  });
});
