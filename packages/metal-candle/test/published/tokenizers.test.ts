/**
 * The published models' own tokenizers: the ids that PyTorch's encoders were fed, hostile strings, and Rust's ids for more.
 *
 * METAL_CANDLE_TEST_HUB_CACHE names a Hugging Face hub cache that has them, else NOT RUN is printed.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describePublishedModel } from "@ferris/testing";
import { expect, test } from "vitest";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import { encodeAll } from "../tokenizers/support/encode.ts";
import {
  goldensFolder,
  goldenSequences,
  readJson,
  goldenTexts,
  tokenizerFiles,
} from "../tokenizers/support/goldens.ts";
import { hostileText } from "../tokenizers/support/hostile.ts";
import { randomFrom } from "../tokenizers/support/random.ts";
import { RustTokenizer } from "../tokenizers/support/rust.ts";

const models = [
  { id: "sentence-transformers/all-MiniLM-L6-v2", golden: "all-MiniLM-L6-v2", path: "wordpiece" },
  { id: "sentence-transformers/all-mpnet-base-v2", golden: "all-mpnet-base-v2", path: "wordpiece" },
  { id: "intfloat/e5-small-v2", golden: "e5-small-v2", path: "wordpiece" },
  { id: "local/multilingual-e5-small-4bit", golden: "multilingual-e5-small-4bit", path: "unigram" },
];

const hostileStrings: Record<string, string> = {
  "sentence-transformers/all-MiniLM-L6-v2": "wordpiece-minilm",
  "sentence-transformers/all-mpnet-base-v2": "wordpiece-mpnet",
  "local/multilingual-e5-small-4bit": "unigram-xlmr",
};

for (const { id, golden, path } of models) {
  describePublishedModel(id, (hubCache) => {
    const snapshots = join(hubCache, `models--${id.replaceAll("/", "--")}`, "snapshots");
    const files = tokenizerFiles(join(snapshots, readdirSync(snapshots)[0]!));

    test("gives the ids of the embedding golden, prompts included", async () => {
      const tokenizer = await openTokenizer(files);
      const { prompts, max_seq_length: maxLength } = readJson(`${goldensFolder}real/${golden}/golden.json`) as {
        prompts: string[];
        max_seq_length: number;
      };
      const texts = prompts.flatMap((prompt) => goldenTexts.map((text) => prompt + text));
      expect(tokenizer.path).toBe(path);
      expect(encodeAll(tokenizer, texts, maxLength)).toEqual(
        goldenSequences(`${goldensFolder}real/${golden}/golden.safetensors`),
      );
    });

    test("gives Rust's ids for 5,000 hostile strings", async () => {
      const random = randomFrom(3);
      const texts = Array.from({ length: 5000 }, () => hostileText(random));
      const rust = new RustTokenizer(files.json);
      expect(encodeAll(await openTokenizer(files), texts)).toEqual(await rust.encode(texts));
    });

    if (id in hostileStrings) {
      test("gives the ids of the golden's 500 hostile strings", async () => {
        const cases = readJson(`${goldensFolder}tokenizer/${hostileStrings[id]}.json`) as [string, number[]][];
        const ids = encodeAll(
          await openTokenizer(files),
          cases.map(([text]) => text),
        );
        expect(ids).toEqual(cases.map(([, expected]) => expected));
      });
    }
  });
}
