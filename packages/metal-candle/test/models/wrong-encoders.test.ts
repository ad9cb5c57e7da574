/** Encoders with one thing wrong, in files, config or tensors: each ends in an error that names it, before any vector. */
import { truncateSync } from "node:fs";
import { expect, test } from "vitest";
import { ModelFileError, ModelNotFoundError, UnsupportedModelError } from "../../src/errors.ts";
import { readModel } from "../../src/models/read-model.ts";
import { zeros } from "../support/model-folder.ts";
import { config, describeWrongFolders, type WrongFolder } from "../support/wrong-folders.ts";

const fromBert: WrongFolder[] = [
  // Files
  ["no config.json", (f) => f.remove("config.json"), ModelFileError, /no config\.json/],
  ["config.json is not JSON", (f) => f.write("config.json", "{"), ModelFileError, /config\.json is not JSON/],
  ["config.json breaks off on a later line", (f) => f.write("config.json", '{\n"a":\n?'), ModelFileError, /^[^\n]+$/],
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
  ["no pooling config", (f) => f.remove("1_Pooling/config.json"), ModelFileError, /says how the model pools/],

  // The encoder
  [
    "unknown architecture",
    config({ model_type: "mamba" }),
    UnsupportedModelError,
    /"mamba".*bert, mpnet, roberta, xlm-roberta/,
  ],
  ["unknown activation", config({ hidden_act: "gelu_20" }), UnsupportedModelError, /"gelu_20" \(hidden_act\)/],
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
    /"num_attention_heads" is 5.*divisor of the hidden size, which is 64/,
  ],
  ["more layers than weights", config({ num_hidden_layers: 3 }), ModelFileError, /no tensor "encoder\.layer\.2\./],
  ["a size that is not a number", config({ hidden_size: "64" }), ModelFileError, /"hidden_size" is "64"/],
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
];

const fromMpnet: WrongFolder[] = [
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

describeWrongFolders("bert", fromBert);
describeWrongFolders("mpnet", fromMpnet);

test("a folder that is not there", async () => {
  await expect(readModel("./no/such/folder")).rejects.toThrow(ModelNotFoundError);
});
