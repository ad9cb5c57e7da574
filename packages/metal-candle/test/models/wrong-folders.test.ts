/**
 * Model folders with one thing wrong: each ends in an error of a known class that names the thing, before any vector.
 *
 * Every case starts from a folder that loads, and differs from it in what its name says.
 */
import { truncateSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { ModelFileError, ModelNotFoundError, UnsupportedModelError } from "../../src/errors.ts";
import { readModel } from "../../src/models/read-model.ts";
import { ModelFolder, type JsonObject, zeros } from "../support/model-folder.ts";

type ErrorClass = typeof ModelFileError | typeof UnsupportedModelError;
type Edit = (folder: ModelFolder) => void | Promise<void>;

const opened: ModelFolder[] = [];
afterEach(() => {
  for (const folder of opened.splice(0)) folder.remove();
});

/** A copy of a tiny model, removed after the test. */
function copy(name: string): ModelFolder {
  const folder = new ModelFolder(name);
  opened.push(folder);
  return folder;
}

const config =
  (values: JsonObject): Edit =>
  (folder) =>
    folder.set("config.json", values);
const pooling =
  (values: JsonObject): Edit =>
  (folder) =>
    folder.set("1_Pooling/config.json", values);
const modules =
  (edit: (list: readonly JsonObject[]) => unknown): Edit =>
  (folder) =>
    folder.list("modules.json", edit);

const fromBert: [string, Edit, ErrorClass, RegExp][] = [
  // Files
  ["no config.json", (f) => f.remove("config.json"), ModelFileError, /no config\.json/],
  ["config.json is not JSON", (f) => f.write("config.json", "{"), ModelFileError, /config\.json is not JSON/],
  ["config.json is a list", (f) => f.write("config.json", "[]"), ModelFileError, /not a JSON object/],
  ["no weights", (f) => f.remove("model.safetensors"), ModelFileError, /no model\.safetensors/],
  ["truncated weights", (f) => truncateSync(f.file("model.safetensors"), 300_000), ModelFileError, /cut short/],
  ["weights cut within the header", (f) => truncateSync(f.file("model.safetensors"), 900), ModelFileError, /cut short/],
  [
    "weights that are something else",
    (f) => f.write("model.safetensors", "<!doctype html> not found"),
    ModelFileError,
    /not a safetensors file/,
  ],
  ["no tokenizer.json", (f) => f.remove("tokenizer.json"), ModelFileError, /tokenizer\.json is missing/],
  [
    "no modules.json",
    (f) => f.remove("modules.json"),
    ModelFileError,
    /nothing says how its token vectors become one vector/,
  ],
  ["no pooling config", (f) => f.remove("1_Pooling/config.json"), ModelFileError, /says how the model pools/],

  // The encoder
  [
    "unknown architecture",
    config({ model_type: "mamba" }),
    UnsupportedModelError,
    /"mamba".*bert, mpnet, roberta, xlm-roberta/,
  ],
  ["unknown activation", config({ hidden_act: "quick_gelu" }), UnsupportedModelError, /"quick_gelu" \(hidden_act\)/],
  [
    "position type",
    config({ position_embedding_type: "relative_key" }),
    UnsupportedModelError,
    /"position_embedding_type" is "relative_key"/,
  ],
  ["decoder", config({ is_decoder: true }), UnsupportedModelError, /"is_decoder"/],
  ["cross attention", config({ add_cross_attention: true }), UnsupportedModelError, /"add_cross_attention"/],
  ["pruned heads", config({ pruned_heads: { "0": [1] } }), UnsupportedModelError, /"pruned_heads"/],
  [
    "code that comes with the model",
    config({ auto_map: { AutoModel: "modeling.Model" } }),
    UnsupportedModelError,
    /"auto_map"/,
  ],
  [
    "quantisation of another kind",
    config({ quantization_config: { quant_method: "bitsandbytes" } }),
    UnsupportedModelError,
    /"quantization_config" is .*bitsandbytes/,
  ],
  [
    "blocks of another size",
    config({ quantization_config: { quant_method: "q8_block32", block_size: 64 } }),
    UnsupportedModelError,
    /block_size":64/,
  ],
  [
    "heads that do not divide",
    config({ num_attention_heads: 5 }),
    ModelFileError,
    /"num_attention_heads" is 5.*divisor of hidden_size, which is 64/,
  ],
  ["heads too small", config({ num_attention_heads: 32 }), UnsupportedModelError, /head of 2 elements/],
  ["layers missing from the config", config({ num_hidden_layers: 1 }), UnsupportedModelError, /encoder\.layer\.1\./],
  ["more layers than weights", config({ num_hidden_layers: 3 }), ModelFileError, /no tensor "encoder\.layer\.2\./],
  ["a size that is no number", config({ hidden_size: "64" }), ModelFileError, /"hidden_size" is "64"/],
  [
    "a size that is missing",
    config({ intermediate_size: undefined }),
    ModelFileError,
    /"intermediate_size" is missing/,
  ],
  ["an epsilon of 0", config({ layer_norm_eps: 0 }), ModelFileError, /"layer_norm_eps" is 0/],
  [
    "vocabulary size",
    config({ vocab_size: 2601 }),
    ModelFileError,
    /word_embeddings\.weight.*\[2600, 64\].*\[2601, 64\]/,
  ],
  ["positions", config({ max_position_embeddings: 512 }), ModelFileError, /position_embeddings\.weight.*\[128, 64\]/],
  ["hidden size", config({ hidden_size: 128 }), ModelFileError, /the model's config makes it/],

  // The tensors
  [
    "missing tensor",
    (f) => f.tensors((t) => void t.delete("encoder.layer.1.output.dense.bias")),
    ModelFileError,
    /no tensor "encoder\.layer\.1\.output\.dense\.bias" \[64\]/,
  ],
  [
    "tensor of the wrong shape",
    (f) => f.tensors((t) => void t.set("encoder.layer.0.intermediate.dense.weight", zeros(64, 128))),
    ModelFileError,
    /\[64, 128\].*\[128, 64\]/,
  ],
  [
    "extra head",
    (f) => f.tensors((t) => void t.set("classifier.weight", zeros(2, 64))),
    UnsupportedModelError,
    /"classifier\.weight", which belongs to no part/,
  ],
  [
    "adapter",
    (f) => f.tensors((t) => void t.set("encoder.layer.0.adapter.weight", zeros(2, 64))),
    UnsupportedModelError,
    /"encoder\.layer\.0\.adapter\.weight"/,
  ],
  [
    "two encoders in one file",
    (f) => f.tensors((t) => void t.set("bert.embeddings.word_embeddings.weight", zeros(2600, 64))),
    ModelFileError,
    /2 word tables/,
  ],
  [
    "tensors of another family",
    (f) =>
      f.tensors((t) => {
        for (const [name, tensor] of Array.from(t)) {
          t.delete(name);
          t.set(`distilbert.${name}`, tensor);
        }
      }),
    ModelFileError,
    /no weights of a model of type bert/,
  ],

  // The modules
  [
    "unknown module",
    modules((m) => [...m, { idx: 3, name: "3", path: "3_LSTM", type: "sentence_transformers.models.LSTM" }]),
    UnsupportedModelError,
    /3_LSTM, LSTM\)/,
  ],
  [
    "unknown module after Pooling",
    modules((m) => m.with(2, { ...m[2], type: "sentence_transformers.models.LayerNorm" })),
    UnsupportedModelError,
    /LayerNorm\) is not supported; supported are Transformer, Pooling, Dense and Normalize/,
  ],
  [
    "a module that is code",
    modules((m) => m.with(1, { ...m[1], type: "custom_pooling.MyPooling" })),
    UnsupportedModelError,
    /"custom_pooling\.MyPooling", code that comes with the model/,
  ],
  [
    "a module with a package's name in front",
    modules((m) => m.with(1, { ...m[1], type: "sentence_transformers_evil.Pooling" })),
    UnsupportedModelError,
    /sentence_transformers_evil/,
  ],
  [
    "a module's path that leads out",
    modules((m) => m.with(1, { ...m[1], path: "../1_Pooling" })),
    ModelFileError,
    /does not lead to a folder of the model/,
  ],
  [
    "a module's absolute path",
    modules((m) => m.with(1, { ...m[1], path: "/etc" })),
    ModelFileError,
    /does not lead to a folder/,
  ],
  [
    "a module's path with a backslash",
    modules((m) => m.with(1, { ...m[1], path: "..\\1_Pooling" })),
    ModelFileError,
    /does not lead to a folder/,
  ],
  [
    "Pooling left out",
    modules((m) => m.toSpliced(1, 1)),
    UnsupportedModelError,
    /Normalize\) follows the Transformer; only Pooling may/,
  ],
  ["the Transformer alone", modules((m) => m.slice(0, 1)), UnsupportedModelError, /needs a Pooling module/],
  ["Pooling first", modules((m) => m.slice(1)), UnsupportedModelError, /comes first; only a Transformer may/],
  ["modules.json is an object", modules(() => ({})), ModelFileError, /not a list of modules/],
  [
    "a module without a type",
    modules((m) => m.with(1, { ...m[1], type: undefined })),
    ModelFileError,
    /module 1 needs a "type"/,
  ],
  [
    "Normalize on other features",
    (f) => {
      f.list("modules.json", (m) => m.with(2, { ...m[2], path: "1_Pooling" }));
      f.set("1_Pooling/config.json", { module_input_name: "token_embeddings" });
    },
    UnsupportedModelError,
    /"token_embeddings"/,
  ],

  // Pooling
  [
    "unknown pooling flag",
    pooling({ pooling_mode_attention: true }),
    UnsupportedModelError,
    /"pooling_mode_attention"/,
  ],
  [
    "unknown pooling name",
    pooling({ pooling_mode: "attention" }),
    UnsupportedModelError,
    /"attention".*cls, max, mean/,
  ],
  ["no pooling at all", pooling({ pooling_mode_mean_tokens: false }), ModelFileError, /turns no pooling mode on/],
  ["an empty list of modes", pooling({ pooling_mode: [] }), ModelFileError, /at least one mode/],
  [
    "a flag that is no flag",
    pooling({ pooling_mode_mean_tokens: "yes" }),
    ModelFileError,
    /"pooling_mode_mean_tokens" is "yes"/,
  ],
  [
    "another width",
    pooling({ word_embedding_dimension: 32 }),
    ModelFileError,
    /"word_embedding_dimension" is 32.*hidden_size, 64/,
  ],

  // Beside them
  [
    "a maximum length of nothing",
    (f) => f.set("sentence_bert_config.json", { max_seq_length: 2 }),
    ModelFileError,
    /"max_seq_length" is 2/,
  ],
  [
    "a multi-vector model",
    (f) => f.set("sentence_bert_config.json", { query_length: 32 }),
    UnsupportedModelError,
    /"query_length"/,
  ],
  [
    "another task",
    (f) => f.set("sentence_bert_config.json", { transformer_task: "fill-mask" }),
    UnsupportedModelError,
    /"fill-mask"/,
  ],
  [
    "loading arguments that change the model",
    (f) => f.set("sentence_bert_config.json", { config_args: { hidden_act: "relu" } }),
    UnsupportedModelError,
    /"config_args".*"hidden_act"/,
  ],
  [
    "truncation from the left",
    (f) => f.set("tokenizer_config.json", { truncation_side: "left" }),
    UnsupportedModelError,
    /"truncation_side"/,
  ],
  [
    "a prompt that is no text",
    (f) => f.write("config_sentence_transformers.json", '{"prompts":{"query":5}}'),
    ModelFileError,
    /the prompt "query" is not text/,
  ],
  [
    "a default prompt that is not there",
    (f) => f.write("config_sentence_transformers.json", '{"prompts":{"query":"q: "},"default_prompt_name":"doc"}'),
    ModelFileError,
    /"default_prompt_name" is "doc".*query, passage/,
  ],
];

const fromDense: [string, Edit, ErrorClass, RegExp][] = [
  [
    "Dense activation",
    (f) => f.set("2_Dense/config.json", { activation_function: "torch.nn.modules.activation.Softplus" }),
    UnsupportedModelError,
    /Softplus.*supported are torch\.nn's Identity, Tanh/,
  ],
  [
    "Dense activation that is code",
    (f) => f.set("2_Dense/config.json", { activation_function: "evil.Tanh" }),
    UnsupportedModelError,
    /"evil\.Tanh"/,
  ],
  [
    "Dense of another width",
    (f) => f.set("2_Dense/config.json", { in_features: 32 }),
    ModelFileError,
    /"in_features" is 32.*64, the width before it/,
  ],
  [
    "Dense whose weights are of another shape",
    (f) => f.set("2_Dense/config.json", { out_features: 32 }),
    ModelFileError,
    /linear\.weight.*\[48, 64\].*\[32, 64\]/,
  ],
  [
    "Dense without weights",
    (f) => f.remove("2_Dense/model.safetensors"),
    ModelFileError,
    /2_Dense, Dense\).*no model\.safetensors/,
  ],
  [
    "Dense with a residual",
    (f) => f.set("2_Dense/config.json", { use_residual: true }),
    UnsupportedModelError,
    /"use_residual"/,
  ],
  [
    "Dense with a tensor too many",
    (f) => f.tensors((t) => void t.set("residual.weight", zeros(48, 64)), "2_Dense/model.safetensors"),
    UnsupportedModelError,
    /"residual\.weight"/,
  ],
  [
    "Dense without its bias in the config",
    (f) => f.set("2_Dense/config.json", { bias: false }),
    UnsupportedModelError,
    /"linear\.bias"/,
  ],
  [
    "Normalize before Dense",
    (f) => f.list("modules.json", (m) => [m[0], m[1], m[3], m[2]]),
    UnsupportedModelError,
    /comes after Normalize/,
  ],
];

const fromMpnet: [string, Edit, ErrorClass, RegExp][] = [
  [
    "another number of buckets",
    config({ relative_attention_num_buckets: 64 }),
    UnsupportedModelError,
    /"relative_attention_num_buckets" is 64/,
  ],
  [
    "no bias table",
    (f) => f.tensors((t) => void t.delete("encoder.relative_attention_bias.weight")),
    ModelFileError,
    /relative_attention_bias\.weight" \[32, 4\]/,
  ],
  ["one more head", (f) => f.set("config.json", { num_attention_heads: 8 }), ModelFileError, /\[32, 4\].*\[32, 8\]/],
  [
    "a classifier on MPNet",
    (f) => {
      f.remove("modules.json");
      f.set("config.json", { architectures: ["MPNetForSequenceClassification"] });
    },
    UnsupportedModelError,
    /MPNetForSequenceClassification is not supported/,
  ],
];

const fromReranker: [string, Edit, ErrorClass, RegExp][] = [
  [
    "more labels than weights",
    config({ id2label: { 0: "a", 1: "b" } }),
    ModelFileError,
    /classifier\.weight.*\[3, 64\].*\[2, 64\]/,
  ],
  [
    "no pooler",
    (f) => f.tensors((t) => void t.delete("bert.pooler.dense.weight")),
    ModelFileError,
    /"bert\.pooler\.dense\.weight"/,
  ],
  [
    "an activation that is code",
    config({ sentence_transformers: { activation_fn: "my.Softmax" } }),
    UnsupportedModelError,
    /"my\.Softmax"/,
  ],
  [
    "another classifier",
    config({ architectures: ["BertForTokenClassification", "BertForSequenceClassification"] }),
    UnsupportedModelError,
    /BertForTokenClassification/,
  ],
];

describe.each([
  ["bert", fromBert],
  ["bert-dense", fromDense],
  ["mpnet", fromMpnet],
  ["bert-reranker-3", fromReranker],
] as const)("%s with", (name, cases) => {
  test("nothing wrong loads", async () => {
    const description = await readModel(copy(name).path);
    expect(description.folder).not.toBe("");
    await description.close();
  });

  test.each([...cases])("%s", async (_, edit, errorClass, message) => {
    const folder = copy(name);
    await edit(folder);
    const error = await readModel(folder.path).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(errorClass);
    expect((error as Error).message).toMatch(message);
  });
});

test("a folder that is not there", async () => {
  await expect(readModel("./no/such/folder")).rejects.toThrow(ModelNotFoundError);
});
