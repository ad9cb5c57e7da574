/**
 * Prompts that pooling leaves out (include_prompt: false), against sentence-transformers, on each device: every pooling mode, prompts
 * that fill the maximum length, and a tokenizer with two special tokens behind a text.
 *
 * goldens/prompts: model/ has what the folders beside it share; each of those its tokenizer, its pooling, and sentence-transformers 6.2's
 * vectors of model/texts.json.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EmbeddingModel, InvalidArgumentError } from "../src/index.ts";
import { floats, goldensFolder, goldenTexts, largestDifference, readGolden } from "./support/goldens.ts";
import { ModelFolder } from "./support/model-folder.ts";

const modes = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"];
const cases = [
  ["noprompt-cls_token", "query"],
  ["noprompt-cls_token+mean_tokens", "query"],
  ["longprompt-cls_token", "long"],
  ["longprompt-lasttoken", "long"],
  ["longprompt-mean_tokens", "long"],
  ["longprompt-weightedmean_tokens", "long"],
  ["post-two-after-noprompt", "query"],
] as const;
const prompts = join(goldensFolder, "prompts");

describe.each(["gpu", "cpu"] as const)("on the %s", (device) => {
  const load = (folder: string): Promise<EmbeddingModel> =>
    EmbeddingModel.load(folder, { device, dtype: "f32", onNotice: () => undefined });

  describe("tiny/bert-prompt-excluded", () => {
    const folder = new ModelFolder("bert-prompt-excluded");
    afterAll(() => folder.remove());

    const pool = (...wanted: string[]): void =>
      folder.set(
        "1_Pooling/config.json",
        Object.fromEntries(modes.map((mode) => [`pooling_mode_${mode}`, wanted.includes(mode)])),
      );

    test.each(modes)("%s", async (mode) => {
      const golden = readGolden("tiny/bert-prompt-excluded/golden.safetensors");
      pool(mode);
      const model = await load(folder.path);
      const embeddings = await model.embed(goldenTexts(), { promptName: "query" });
      expect(largestDifference(embeddings.data, floats(golden, `embedding_query_${mode}`))).toBeLessThan(1e-5);
      await model.close();
    });

    test("max pooling of a text that the prompt covers is an error, and so for that call alone", async () => {
      pool("max_tokens");
      folder.remove("tokenizer_config.json");
      const tokenizer = JSON.parse(readFileSync(folder.file("tokenizer.json"), "utf8")) as object;
      // Without special tokens nothing stands behind a text.
      folder.write("tokenizer.json", JSON.stringify({ ...tokenizer, post_processor: null }));
      const model = await load(folder.path);
      const [covered, other] = await Promise.allSettled([
        model.embed([""], { promptName: "query" }),
        model.embed(["a"]),
      ]);
      expect(covered).toMatchObject({ status: "rejected", reason: { constructor: InvalidArgumentError } });
      expect(other.status).toBe("fulfilled");
      await model.close();
    });
  });

  describe("goldens/prompts", () => {
    let folder = "";
    beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "metal-candle-prompts-"))));
    afterAll(() => rmSync(folder, { recursive: true }));

    test.each(cases)("%s", async (name, promptName) => {
      const path = join(folder, name);
      for (const part of ["model", name]) cpSync(join(prompts, part), path, { recursive: true });
      const texts = JSON.parse(readFileSync(join(path, "texts.json"), "utf8")) as string[];
      const model = await load(path);
      const embeddings = await model.embed(texts, { promptName });
      expect(largestDifference(embeddings.data, readNpy(join(path, "expected.npy")))).toBeLessThan(1e-5);
      await model.close();
    });
  });
});

/** The values of an f32 array that numpy.save wrote (version 1.0). */
function readNpy(path: string): Float32Array {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  expect(bytes.toString("latin1", 10, start)).toContain("'<f4', 'fortran_order': False");
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.byteLength));
}
