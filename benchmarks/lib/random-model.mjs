/**
 * A model folder of a real architecture's shape with random weights: for speed alone, where the published weights are not at hand.
 * The tokenizer is the default model's, so texts are cut into tokens as a real model's would be.
 */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeRandomWeights } from "./random-weights.mjs";

/** The shapes that docs/performance.md speaks of, and a tiny one. */
export const shapes = {
  // For memory and the path around the model, not for its speed.
  tiny: { hidden: 32, layers: 2, heads: 2, intermediate: 64 },
  "minilm-l6": { hidden: 384, layers: 6, heads: 12, intermediate: 1536 },
  "e5-small": { hidden: 384, layers: 12, heads: 12, intermediate: 1536 },
  "bert-base": { hidden: 768, layers: 12, heads: 12, intermediate: 3072 },
  "e5-large": { hidden: 1024, layers: 24, heads: 16, intermediate: 4096 },
};

/** FLOPs of the encoder's matrix products for one token, attention left out. */
export function flopsPerToken({ hidden, layers, intermediate }) {
  return 2 * layers * (4 * hidden * hidden + 2 * hidden * intermediate);
}

/** Writes the folder once and returns its path. Weights are F16, small and fixed, one block repeated with shifts. */
export function randomModel(name, tokenizerFolder, into) {
  const { hidden, layers, heads, intermediate } = shapes[name];
  const folder = join(into, `random-${name}`);
  if (existsSync(join(folder, "model.safetensors"))) return folder;
  mkdirSync(join(folder, "1_Pooling"), { recursive: true });
  const write = (file, value) => writeFileSync(join(folder, file), JSON.stringify(value));
  const vocabulary = 30522;
  write("config.json", {
    architectures: ["BertModel"],
    model_type: "bert",
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: intermediate,
    hidden_act: "gelu",
    layer_norm_eps: 1e-12,
    max_position_embeddings: 512,
    type_vocab_size: 2,
    vocab_size: vocabulary,
    pad_token_id: 0,
    position_embedding_type: "absolute",
  });
  const module = (idx, path, type) => ({ idx, name: String(idx), path, type: `sentence_transformers.models.${type}` });
  write("modules.json", [
    module(0, "", "Transformer"),
    module(1, "1_Pooling", "Pooling"),
    module(2, "2_Normalize", "Normalize"),
  ]);
  write("1_Pooling/config.json", {
    word_embedding_dimension: hidden,
    pooling_mode_cls_token: false,
    pooling_mode_mean_tokens: true,
  });
  write("sentence_bert_config.json", { max_seq_length: 256, do_lower_case: false });
  for (const file of ["tokenizer.json", "tokenizer_config.json"])
    copyFileSync(join(tokenizerFolder, file), join(folder, file));

  /** @type {[string, number[]][]} */
  const tensors = [
    ["embeddings.word_embeddings.weight", [vocabulary, hidden]],
    ["embeddings.position_embeddings.weight", [512, hidden]],
    ["embeddings.token_type_embeddings.weight", [2, hidden]],
    ["embeddings.LayerNorm.weight", [hidden]],
    ["embeddings.LayerNorm.bias", [hidden]],
  ];
  const linear = (prefix, out, inputs) => tensors.push([`${prefix}.weight`, [out, inputs]], [`${prefix}.bias`, [out]]);
  const norm = (prefix) => tensors.push([`${prefix}.weight`, [hidden]], [`${prefix}.bias`, [hidden]]);
  for (let layer = 0; layer < layers; layer++) {
    const at = `encoder.layer.${layer}`;
    for (const part of ["query", "key", "value"]) linear(`${at}.attention.self.${part}`, hidden, hidden);
    linear(`${at}.attention.output.dense`, hidden, hidden);
    norm(`${at}.attention.output.LayerNorm`);
    linear(`${at}.intermediate.dense`, intermediate, hidden);
    linear(`${at}.output.dense`, hidden, intermediate);
    norm(`${at}.output.LayerNorm`);
  }
  const one = (key) => (key.endsWith("LayerNorm.weight") ? 0x3c00 : null);
  writeRandomWeights(join(folder, "model.safetensors"), tensors, one);
  return folder;
}
