/**
 * Tokenizer threads, real ones, running the compiled worker: what they answer is what the tokenizer here says, and what goes wrong
 * in one is told.
 */
import { afterAll, describe, expect, test } from "vitest";
import { readModel } from "../../../src/models/read-model.ts";
import { startTokenizerWorker } from "../../../src/platform/worker.node.ts";
import { openTokenizer } from "../../../src/tokenizers/open-tokenizer.ts";
import { encodeBlock } from "../../../src/tokenizers/pool/encode-block.ts";
import { TokenizerPool } from "../../../src/tokenizers/pool/tokenizer-pool.ts";
import { bundledModelFolder, goldenTexts } from "../../support/goldens.ts";

const texts = goldenTexts();
const compiled = new URL("../../../dist/tokenizers/pool/tokenizer-worker.js", import.meta.url);
const description = await readModel(bundledModelFolder);
afterAll(() => description.close());

describe("threads", () => {
  test("answer what the tokenizer answers here, each block to its own caller", async () => {
    const tokenizer = await openTokenizer(description.tokenizer);
    const pool = new TokenizerPool(description.tokenizer, 32, 2, () => startTokenizerWorker(compiled));
    const blocks = [texts, texts.toReversed(), ["", " "], texts.slice(3, 9)];
    const answers = await Promise.all(blocks.map((block) => pool.encode(block, "query: ")));
    answers.forEach((answer, index) => expect(answer).toEqual(encodeBlock(tokenizer, blocks[index], "query: ", 32)));
    expect(answers[0].truncated.some((cut) => cut === 1)).toBe(true);
    await pool.close();
  });

  test("a tokenizer that cannot be opened is told with the block", async () => {
    const files = { ...description.tokenizer, json: new TextEncoder().encode("{}"), hash: "none" };
    const pool = new TokenizerPool(files, 32, 1, () => startTokenizerWorker(compiled));
    await expect(pool.encode(["a text"], "")).rejects.toThrow(/tokenizer thread failed: .*tokenizer/);
    await pool.close();
  });

  test("a thread that does not start fails its blocks, and the next block tries another", async () => {
    const missing = new URL("missing-worker.js", compiled);
    let starts = 0;
    const pool = new TokenizerPool(description.tokenizer, 32, 1, () =>
      startTokenizerWorker(starts++ === 0 ? missing : compiled),
    );
    await expect(pool.encode(["a text"], "")).rejects.toThrow(/tokenizer thread failed/);
    expect((await pool.encode(["a text"], "")).lengths).toEqual(Int32Array.of(4));
    await pool.close();
  });

  test("closing rejects what is away", async () => {
    const pool = new TokenizerPool(description.tokenizer, 32, 1, () => startTokenizerWorker(compiled));
    const away = pool.encode(["a text"], "").catch((error: Error) => error.message);
    await pool.close();
    expect(await away).toBe("the model was closed");
  });
});
