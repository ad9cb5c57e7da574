/**
 * The newer families in settings that the tiny models do not have (goldens/families, made by scripts/goldens/families.py): each gives
 * PyTorch's numbers.
 */
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeGpu } from "@ferris/testing";
import { EmbeddingModel, Reranker } from "../src/index.ts";
import { goldensFolder, largestDifference } from "./support/goldens.ts";
import { ModelFolder } from "./support/model-folder.ts";
import { readNpy } from "./support/situations.ts";

const families = join(goldensFolder, "families");
const names = readdirSync(families).filter((name) => !name.endsWith(".json"));
const texts = JSON.parse(readFileSync(join(families, "texts.json"), "utf8")) as string[];

interface Case {
  readonly folder: ModelFolder;
  readonly kind: "embedding" | "reranker";
}

/** A case as a folder of its own: its files over those of the tiny model that it is based on. */
function open(name: string): Case {
  const { base, kind } = JSON.parse(readFileSync(join(families, name, "case.json"), "utf8")) as {
    base: string;
    kind: Case["kind"];
  };
  const folder = new ModelFolder(base);
  for (const file of ["modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"]) {
    rmSync(folder.file(file), { force: true });
  }
  cpSync(join(families, name), folder.path, { recursive: true });
  if (name === "qwen3-reranker") folder.set("tokenizer_config.json", { model_max_length: 400 });
  return { folder, kind };
}

/** The embeddings of all texts, or the logits of the first one with each. */
async function numbers({ folder, kind }: Case, device: "gpu" | "cpu", path = folder.path): Promise<number[]> {
  const options = { device, dtype: "f32", onNotice: () => undefined } as const;
  if (kind === "embedding") {
    const model = await EmbeddingModel.load(path, options);
    const { data } = await model.embed(texts);
    await model.close();
    return [...data];
  }
  const model = await Reranker.load(path, options);
  const ranked = await model.rank(texts[0], texts);
  await model.close();
  return ranked.toSorted((first, second) => first.index - second.index).flatMap(({ logits }) => [...logits]);
}

const expected = (name: string): Float32Array => readNpy(join(families, name, "expected.npy"));

describe("on the CPU", () => {
  test.each(names)("%s", async (name) => {
    const opened = open(name);
    expect(largestDifference(await numbers(opened, "cpu"), expected(name))).toBeLessThan(1e-5);
    opened.folder.remove();
  });

  test("a language model's folder, loaded for embeddings, takes the last token, and says so", async () => {
    const { folder } = open("qwen3-reranker");
    const model = await EmbeddingModel.load(folder.path, { device: "cpu", onNotice: () => undefined });
    expect(model.info().warnings).toEqual([expect.stringMatching(/no modules\.json.*The last one is taken/)]);
    await model.close();
    folder.remove();
  });
});

describeGpu("on the GPU", () => {
  test.each(names)("%s", async (name) => {
    const opened = open(name);
    expect(largestDifference(await numbers(opened, "gpu"), expected(name))).toBeLessThan(1e-5);
    opened.folder.remove();
  });
});
