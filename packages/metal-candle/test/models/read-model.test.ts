/** What a sound folder becomes: prompts, lengths, heads, prefixes, identity. The numbers themselves are test/cpu's and test/gpu's. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { describePublishedModel } from "@ferris/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { ModelDescription, TokenizerFiles } from "../../src/models/description.ts";
import { readModel, type ReadModelOptions } from "../../src/models/read-model.ts";
import { checkTokenizer, vocabularyWarning } from "../../src/models/tokenizer-files.ts";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import { bundledModelFolder, tinyModelFolder, tinyModels } from "../support/goldens.ts";
import { ModelFolder, zeros } from "../support/model-folder.ts";

const folders: ModelFolder[] = [];
const descriptions: ModelDescription[] = [];
afterEach(async () => {
  for (const description of descriptions.splice(0)) await description.close();
  for (const folder of folders.splice(0)) folder.remove();
});

function copy(name: string): ModelFolder {
  const folder = new ModelFolder(name);
  folders.push(folder);
  return folder;
}

async function read(folder: ModelFolder | string, options?: ReadModelOptions): Promise<ModelDescription> {
  const description = await readModel(typeof folder === "string" ? folder : folder.path, options);
  descriptions.push(description);
  return description;
}

test.each(tinyModels)("%s loads", async (name) => {
  const description = await read(tinyModelFolder(name));
  expect(description.kind).toBe(name.includes("reranker") ? "reranker" : "embedding");
  expect(description.warnings).toEqual([]);
  expect(description.prompts).toMatchObject({ query: expect.any(String), passage: expect.any(String) });
  expect(description.encoder.layers.length).toBeGreaterThan(0);
});

describe("prompts", () => {
  test("are empty where the model has none", async () => {
    expect({ ...(await read(copy("bert"))).prompts }).toEqual({ query: "", document: "", passage: "" });
  });

  test("come from the files, with `document` for a passage", async () => {
    const folder = copy("bert");
    folder.set("config_sentence_transformers.json", {
      prompts: { query: "find: ", document: "text: ", extra: null },
      default_prompt_name: "query",
    });
    const { prompts, defaultPromptName } = await read(folder);
    expect({ ...prompts }).toEqual({ query: "find: ", document: "text: ", passage: "text: ", extra: "" });
    expect(defaultPromptName).toBe("query");
  });

  test("that the caller gives win over the files'", async () => {
    const { prompts } = await read(tinyModelFolder("bert-prompt-excluded"), {
      prompts: { query: "q: ", other: "o: " },
    });
    expect({ ...prompts }).toEqual({ query: "q: ", document: "", passage: "", other: "o: " });
  });

  test.each(["passage", "corpus"])("`document` is what the files call %s", async (name) => {
    const folder = copy("bert");
    folder.set("config_sentence_transformers.json", { prompts: { query: "find: ", [name]: "text: " } });
    const { prompts } = await read(folder);
    expect([prompts["document"], prompts["passage"]]).toEqual(["text: ", "text: "]);
  });

  test("`document` that the caller gives is `passage`, too, over the files'", async () => {
    const folder = copy("bert");
    folder.set("config_sentence_transformers.json", { prompts: { query: "find: ", passage: "text: " } });
    const { prompts } = await read(folder, { prompts: { document: "d: " } });
    expect({ ...prompts }).toEqual({ query: "find: ", document: "d: ", passage: "d: " });
  });

  test("a folder that looks like E5 without prompts is a warning, until the caller gives them", async () => {
    const folder = copy("bert");
    folder.set("config.json", { _name_or_path: "someone/my-e5-small-tuned" });
    const [warning, ...more] = (await read(folder)).warnings;
    expect(warning).toMatch(/looks like a model of the E5 family.*Pass `prompts`/);
    expect(more).toEqual([]);
    expect((await read(folder, { prompts: { query: "", passage: "" } })).warnings).toEqual([]);
    folder.set("config.json", { _name_or_path: "someone/type5-small" });
    expect((await read(folder)).warnings).toEqual([]);
  });

  test.each([
    ["intfloat/e5-small-v2", "query: ", "passage: "],
    ["intfloat/multilingual-e5-large", "query: ", "passage: "],
    [
      "intfloat/multilingual-e5-large-instruct",
      "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
      "",
    ],
  ])("of %s come from the table, by its id in a hub cache", async (id, query, passage) => {
    const cache = copy("bert");
    const commit = "0123456789abcdef0123456789abcdef01234567";
    const repository = `models--${id.replace("/", "--")}`;
    const source = copy("bert");
    mkdirSync(cache.file(`${repository}/snapshots`), { recursive: true });
    mkdirSync(cache.file(`${repository}/refs`), { recursive: true });
    cache.write(`${repository}/refs/main`, `${commit}\n`);
    renameSync(source.path, cache.file(`${repository}/snapshots/${commit}`));
    const description = await read(id, { cacheDir: cache.path });
    expect({ ...description.prompts }).toEqual({ query, document: passage, passage });
    expect(description).toMatchObject({ id, revision: commit, warnings: [] });
    // The same folder, named by its path, is the same model.
    expect({ ...(await read(description.folder)).prompts }).toEqual({ query, document: passage, passage });
  });
});

describe("maximum length", () => {
  test("is max_seq_length, not what tokenizer.json truncates to", async () => {
    expect((await read(bundledModelFolder)).maxLength).toBe(256);
  });

  test("falls back to the tokenizer's, then to the positions", async () => {
    const folder = copy("xlm-roberta");
    folder.remove("sentence_bert_config.json");
    folder.set("tokenizer_config.json", { model_max_length: 100 });
    expect((await read(folder)).maxLength).toBe(100);
    folder.set("tokenizer_config.json", { model_max_length: 1e30 });
    expect((await read(folder)).maxLength).toBe(128);
  });

  test("that the positions do not hold is cut, and said", async () => {
    const folder = copy("xlm-roberta");
    folder.set("sentence_bert_config.json", { max_seq_length: 130 });
    const { maxLength, warnings } = await read(folder);
    expect(maxLength).toBe(128);
    expect(warnings).toEqual([expect.stringMatching(/up to 130 tokens.*only 128 positions/)]);
  });
});

describe("what sentence-transformers does silently", () => {
  test("mean pooling where there is no modules.json", async () => {
    const folder = copy("bert");
    folder.remove("modules.json");
    const { head, warnings } = await read(folder);
    expect(head).toMatchObject({ poolings: ["mean"], dense: [], normalize: false });
    expect(warnings).toEqual([expect.stringMatching(/no modules\.json.*mean is taken/)]);
  });

  test("heads of other tasks beside the encoder are left out", async () => {
    const folder = copy("bert");
    await folder.tensors((t) => void t.set("classifier.weight", zeros(2, 64)));
    expect((await read(folder)).warnings).toEqual([
      expect.stringMatching(/beside the encoder.*: classifier\.weight\./),
    ]);
  });

  test("lengths from processing_kwargs and tokenizer_args win over max_seq_length", async () => {
    const folder = copy("bert");
    folder.set("sentence_bert_config.json", { max_seq_length: 64, tokenizer_args: { model_max_length: 32 } });
    expect((await read(folder)).maxLength).toBe(32);
    folder.set("sentence_bert_config.json", { processing_kwargs: { text: { max_length: 20, padding: true } } });
    expect((await read(folder)).maxLength).toBe(20);
  });

  test("truncate_dim is the width", async () => {
    const folder = copy("bert");
    folder.set("config_sentence_transformers.json", { truncate_dim: 32 });
    expect((await read(folder)).head).toMatchObject({ dimensions: 64, truncateDimensions: 32 });
  });
});

describe("heads", () => {
  test("of Normalize twice, or before Dense", async () => {
    const folder = copy("bert-dense");
    folder.list("modules.json", (m) => [m[0], m[1], m[3], m[2], m[3], m[3]]);
    expect((await read(folder)).head).toMatchObject({ rowSteps: [[{ kind: "normalize" }], []], normalize: true });
  });

  test("pooling as newer releases write it, modules as they name them", async () => {
    const folder = copy("bert");
    folder.list("modules.json", (modules) =>
      modules.map((module, index) => ({
        ...module,
        type: [
          "sentence_transformers.base.modules.transformer.Transformer",
          "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
          "sentence_transformers.base.modules.normalize.Normalize",
        ][index],
      })),
    );
    folder.write(
      "1_Pooling/config.json",
      JSON.stringify({ embedding_dimension: 64, pooling_mode: ["max", "cls", "mean_sqrt_len_tokens"] }),
    );
    folder.set("sentence_bert_config.json", {
      transformer_task: "feature-extraction",
      module_output_name: "token_embeddings",
      modality_config: { text: { method: "forward", method_output_name: "last_hidden_state" } },
      unpad_inputs: false,
    });
    const { head } = await read(folder);
    expect(head).toMatchObject({
      poolings: ["max", "cls", "mean_sqrt_len"],
      includePrompt: true,
      normalize: true,
      dimensions: 192,
    });
  });

  test.each([
    [{}, "sigmoid"],
    [{ sentence_transformers: { activation_fn: "torch.nn.modules.linear.Identity" } }, "identity"],
    [{ sbert_ce_default_activation_function: "torch.nn.modules.linear.Identity" }, "identity"],
  ])("a reranker of one label with %o has the activation %s", async (extra, activation) => {
    const folder = copy("bert-reranker-1");
    folder.set("config.json", extra);
    expect((await read(folder)).classifier).toEqual({ labels: ["LABEL_0"], activation });
  });

  test("a reranker as newer releases save it", async () => {
    const folder = copy("bert-reranker-1");
    folder.write(
      "modules.json",
      JSON.stringify([
        { idx: 0, name: "0", path: "", type: "sentence_transformers.base.modules.transformer.Transformer" },
      ]),
    );
    folder.set("sentence_bert_config.json", {
      transformer_task: "sequence-classification",
      module_output_name: "scores",
    });
    folder.set("config_sentence_transformers.json", {
      activation_fn: "torch.nn.modules.linear.Identity",
      prompts: {},
      default_prompt_name: null,
    });
    expect(await read(folder)).toMatchObject({
      kind: "reranker",
      classifier: { labels: ["LABEL_0"], activation: "identity" },
    });
  });
});

describe("tensor names", () => {
  test.each(["bert.", "0.auto_model.", "auto_model.", "0.auto_model.bert."])("with the prefix %s", async (prefix) => {
    const folder = copy("bert");
    await folder.tensors((tensors) => {
      for (const [name, tensor] of Array.from(tensors)) {
        tensors.delete(name);
        tensors.set(prefix + name, tensor);
      }
    });
    const description = await read(folder);
    expect(description.encoder.wordEmbeddings.name).toBe(`${prefix}embeddings.word_embeddings.weight`);
  });

  test("of before 2019, and what embeddings do not read", async () => {
    const folder = copy("bert");
    await folder.tensors((tensors) => {
      for (const [name, tensor] of Array.from(tensors)) {
        tensors.delete(name);
        tensors.set(
          name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
          tensor,
        );
      }
      tensors.set("pooler.dense.weight", { shape: [1], data: new Float32Array(1) });
      tensors.set("cls.predictions.bias", { shape: [1], data: new Float32Array(1) });
    });
    expect((await read(folder)).encoder.embeddingNorm?.weight.name).toBe("embeddings.LayerNorm.gamma");
  });
});

test("an encoder in a folder of its own", async () => {
  const folder = copy("bert");
  mkdirSync(folder.file("0_Transformer"));
  for (const name of [
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "sentence_bert_config.json",
  ]) {
    renameSync(folder.file(name), folder.file(`0_Transformer/${name}`));
  }
  folder.list("modules.json", (modules) => modules.with(0, { ...modules[0], path: "0_Transformer" }));
  // Without a config.json at its root a folder is found all the same.
  expect((await read(folder)).maxLength).toBe(128);
});

describe("identity", () => {
  test("of a folder follows its content and not its place", async () => {
    const { revision } = await read(copy("bert"));
    expect(revision).toMatch(/^[0-9a-f]{40}$/);
    expect((await read(copy("bert"))).revision).toBe(revision);
  });

  test.each<[string, (folder: ModelFolder) => void | Promise<void>]>([
    [
      "weights",
      (folder) =>
        folder.tensors((tensors) =>
          tensors.forEach((tensor) => tensor.data.forEach((value, index) => (tensor.data[index] = value + 1))),
        ),
    ],
    [
      "pooling",
      (folder) =>
        folder.set("1_Pooling/config.json", { pooling_mode_mean_tokens: false, pooling_mode_cls_token: true }),
    ],
    ["prompts", (folder) => folder.set("config_sentence_transformers.json", { prompts: { query: "q: " } })],
    ["tokenizer", (folder) => folder.set("tokenizer.json", { version: "1.1" })],
    ["constants", (folder) => folder.set("config.json", { layer_norm_eps: 1e-6 })],
    ["maximum length", (folder) => folder.set("sentence_bert_config.json", { max_seq_length: 64 })],
  ])("changes with its %s", async (_, change) => {
    const { revision } = await read(tinyModelFolder("bert"));
    const folder = copy("bert");
    await change(folder);
    expect((await read(folder)).revision).not.toBe(revision);
  });
});

describe("tokenizers", () => {
  test("lowercase first where sentence_bert_config.json asks", async () => {
    const folder = copy("xlm-roberta");
    const plain = (await read(folder)).tokenizer;
    expect(plain.path).toBe(folder.file("tokenizer.json"));
    folder.set("sentence_bert_config.json", { do_lower_case: true });
    const lower = (await read(folder)).tokenizer;
    expect(lower.hash).not.toBe(plain.hash);
    const ids = new Int32Array(20);
    const idsOf = async (files: TokenizerFiles, text: string): Promise<number[]> => {
      const tokenizer = await openTokenizer(files);
      return Array.from(ids.subarray(0, tokenizer.encode(text, ids, 0, 20)));
    };
    expect(await idsOf(plain, "WORD")).not.toEqual(await idsOf(plain, "word"));
    expect(await idsOf(lower, "WORD")).toEqual(await idsOf(plain, "word"));
  });

  test("are made of vocab.txt, or of vocab.json and merges.txt, where there is no tokenizer.json", async () => {
    const ids = new Int32Array(40);
    for (const name of ["bert", "roberta"]) {
      const folder = copy(name);
      const whole = (await read(folder)).tokenizer;
      const { model } = JSON.parse(new TextDecoder().decode(whole.json)) as {
        model: { vocab: object; merges?: string[][] };
      };
      const vocabulary = Object.entries(model.vocab).toSorted(([, a], [, b]) => a - b);
      rmSync(folder.file("tokenizer.json"));
      if (name === "bert") {
        writeFileSync(folder.file("vocab.txt"), vocabulary.map(([token]) => `${token}\n`).join(""));
      } else {
        writeFileSync(folder.file("vocab.json"), JSON.stringify(model.vocab));
        const merges = model.merges!.map((merge) => (typeof merge === "string" ? merge : merge.join(" ")));
        writeFileSync(folder.file("merges.txt"), `#version: 0.2\n${merges.join("\n")}\n`);
      }
      const [first, second] = await Promise.all([whole, (await read(folder)).tokenizer].map(openTokenizer));
      const text = "Hello World, it's 3.14 <mask> [MASK] é";
      const length = first!.encode(text, ids, 0, 40);
      const expected = Array.from(ids.subarray(0, length));
      expect(Array.from(ids.subarray(0, second!.encode(text, ids, 0, 40)))).toEqual(expected);
    }
  });

  test("that do not fit the model's tables are refused, or told", async () => {
    const description = await read(tinyModelFolder("bert"));
    expect(vocabularyWarning({ vocabularySize: 2600 }, description)).toBe(null);
    expect(vocabularyWarning({ vocabularySize: 2601 }, description)).toMatch(/ids up to 2600.*only 2600 rows/);
    const tokenizer = { tokenTypes: { single: 1, pair: 3 }, specialTokens: 2, pairSpecialTokens: 3 };
    checkTokenizer(tokenizer, description);
    expect(() => checkTokenizer(tokenizer, { ...description, kind: "reranker" })).toThrow(
      /token types up to 2.*has 2 rows/,
    );
    expect(() => checkTokenizer(tokenizer, { ...description, maxLength: 1 })).toThrow(/2 special tokens.*length is 1/);
  });
});

describePublishedModel("sentence-transformers/all-mpnet-base-v2", (cacheDir) => {
  test("is found by its name alone, as in Python", async () => {
    const description = await read("all-mpnet-base-v2", { cacheDir });
    expect(description).toMatchObject({
      id: "sentence-transformers/all-mpnet-base-v2",
      maxLength: 384,
      modelType: "mpnet",
    });
  });
});
