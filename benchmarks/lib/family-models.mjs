/**
 * Model folders of the shapes that people choose today, with random weights: for speed alone. Configurations and tensor names are those that
 * transformers writes, so that sentence-transformers opens the same folders. The tokenizer is the default model's, so all of them read the
 * same tokens; word tables have their published size.
 */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeRandomWeights } from "./random-weights.mjs";

/** @typedef {{ family: string, hidden: number, layers: number, heads: number, keyHeads?: number, headSize?: number, intermediate: number, vocabulary: number, reranker?: boolean }} FamilyShape */

/** @type {Record<string, FamilyShape>} */
export const familyShapes = {
  "granite-small-r2": {
    family: "modernbert",
    hidden: 384,
    layers: 12,
    heads: 12,
    intermediate: 1536,
    vocabulary: 50368,
  },
  "gte-modernbert-base": {
    family: "modernbert",
    hidden: 768,
    layers: 22,
    heads: 12,
    intermediate: 1152,
    vocabulary: 50368,
  },
  "nomic-v1.5": { family: "nomic", hidden: 768, layers: 12, heads: 12, intermediate: 3072, vocabulary: 30528 },
  "qwen3-0.6b": {
    family: "qwen3",
    hidden: 1024,
    layers: 28,
    heads: 16,
    keyHeads: 8,
    headSize: 128,
    intermediate: 3072,
    vocabulary: 151669,
  },
  "embeddinggemma-300m": {
    family: "gemma3",
    hidden: 768,
    layers: 24,
    heads: 3,
    keyHeads: 1,
    headSize: 256,
    intermediate: 1152,
    vocabulary: 262144,
  },
  "ettin-17m": {
    family: "modernbert",
    hidden: 256,
    layers: 7,
    heads: 4,
    intermediate: 384,
    vocabulary: 50368,
    reranker: true,
  },
};

/** The same families in a size that a software adapter runs: to see whether all of it works. */
export function tinyShape(shape) {
  return {
    ...shape,
    hidden: 64,
    layers: shape.family === "gemma3" ? 6 : 3,
    heads: 4,
    keyHeads: shape.keyHeads === undefined ? undefined : 2,
    headSize: shape.headSize === undefined ? undefined : 32,
    intermediate: 96,
    vocabulary: 30528,
  };
}

/** FLOPs of the encoder's matrix products for one token, attention left out. */
export function familyFlopsPerToken({
  hidden,
  layers,
  heads,
  keyHeads = heads,
  headSize = hidden / heads,
  intermediate,
}) {
  return 2 * layers * (hidden * headSize * 2 * (heads + keyHeads) + 3 * hidden * intermediate);
}

const words = "embeddings.word_embeddings.weight";

/** config.json, and the tensors by name, of each family. */
const families = {
  modernbert: ({ hidden, layers, heads, intermediate, vocabulary, reranker }) => {
    const prefix = reranker ? "model." : "";
    return {
      config: {
        architectures: [reranker ? "ModernBertForSequenceClassification" : "ModernBertModel"],
        model_type: "modernbert",
        hidden_size: hidden,
        num_hidden_layers: layers,
        num_attention_heads: heads,
        intermediate_size: intermediate,
        vocab_size: vocabulary,
        max_position_embeddings: 8192,
        global_attn_every_n_layers: 3,
        local_attention: 128,
        global_rope_theta: 160000,
        local_rope_theta: 10000,
        hidden_activation: "gelu",
        norm_eps: 1e-5,
        norm_bias: false,
        attention_bias: false,
        mlp_bias: false,
        pad_token_id: 0,
        cls_token_id: 101,
        sep_token_id: 102,
        bos_token_id: 101,
        eos_token_id: 102,
        ...(reranker
          ? {
              id2label: { 0: "LABEL_0" },
              label2id: { LABEL_0: 0 },
              classifier_pooling: "mean",
              classifier_activation: "gelu",
            }
          : {}),
      },
      tensors: [
        [`${prefix}embeddings.tok_embeddings.weight`, [vocabulary, hidden]],
        [`${prefix}embeddings.norm.weight`, [hidden]],
        ...perLayer(layers, (index) => [
          ...(index === 0 ? [] : [[`${prefix}layers.${index}.attn_norm.weight`, [hidden]]]),
          [`${prefix}layers.${index}.attn.Wqkv.weight`, [3 * hidden, hidden]],
          [`${prefix}layers.${index}.attn.Wo.weight`, [hidden, hidden]],
          [`${prefix}layers.${index}.mlp_norm.weight`, [hidden]],
          [`${prefix}layers.${index}.mlp.Wi.weight`, [2 * intermediate, hidden]],
          [`${prefix}layers.${index}.mlp.Wo.weight`, [hidden, intermediate]],
        ]),
        [`${prefix}final_norm.weight`, [hidden]],
        ...(reranker
          ? [
              ["head.dense.weight", [hidden, hidden]],
              ["head.norm.weight", [hidden]],
              ["classifier.weight", [1, hidden]],
              ["classifier.bias", [1]],
            ]
          : []),
      ],
    };
  },
  nomic: ({ hidden, layers, heads, intermediate, vocabulary }) => ({
    config: {
      architectures: ["NomicBertModel"],
      model_type: "nomic_bert",
      hidden_size: hidden,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      head_dim: hidden / heads,
      intermediate_size: intermediate,
      vocab_size: vocabulary,
      max_position_embeddings: 2048,
      type_vocab_size: 2,
      hidden_act: "silu",
      layer_norm_eps: 1e-12,
      pad_token_id: 0,
      rope_parameters: { rope_theta: 1000, rope_type: "default" },
    },
    tensors: [
      [words, [vocabulary, hidden]],
      ["embeddings.token_type_embeddings.weight", [2, hidden]],
      ...both("emb_ln", hidden),
      ...perLayer(layers, (index) => [
        [`encoder.layers.${index}.attn.Wqkv.weight`, [3 * hidden, hidden]],
        [`encoder.layers.${index}.attn.out_proj.weight`, [hidden, hidden]],
        [`encoder.layers.${index}.mlp.fc11.weight`, [intermediate, hidden]],
        [`encoder.layers.${index}.mlp.fc12.weight`, [intermediate, hidden]],
        [`encoder.layers.${index}.mlp.fc2.weight`, [hidden, intermediate]],
        ...both(`encoder.layers.${index}.norm1`, hidden),
        ...both(`encoder.layers.${index}.norm2`, hidden),
      ]),
    ],
  }),
  qwen3: (shape) => ({
    config: {
      ...decoderConfig(shape),
      architectures: ["Qwen3Model"],
      model_type: "qwen3",
      hidden_act: "silu",
      max_position_embeddings: 32768,
      layer_types: Array.from({ length: shape.layers }, () => "full_attention"),
      rope_parameters: { rope_theta: 1000000, rope_type: "default" },
      sliding_window: null,
      use_sliding_window: false,
      tie_word_embeddings: true,
    },
    tensors: decoderTensors(shape, ["input_layernorm", "post_attention_layernorm"]),
  }),
  gemma3: (shape) => ({
    config: {
      ...decoderConfig(shape),
      architectures: ["Gemma3TextModel"],
      model_type: "gemma3_text",
      hidden_activation: "gelu_pytorch_tanh",
      max_position_embeddings: 2048,
      query_pre_attn_scalar: shape.headSize,
      sliding_window: 512,
      use_bidirectional_attention: true,
      layer_types: Array.from({ length: shape.layers }, (_, i) =>
        i % 6 === 5 ? "full_attention" : "sliding_attention",
      ),
      rope_parameters: {
        full_attention: { rope_theta: 1000000, rope_type: "default" },
        sliding_attention: { rope_theta: 10000, rope_type: "default" },
      },
      attn_logit_softcapping: null,
      final_logit_softcapping: null,
    },
    tensors: decoderTensors(shape, [
      "input_layernorm",
      "post_attention_layernorm",
      "pre_feedforward_layernorm",
      "post_feedforward_layernorm",
    ]),
  }),
};

function decoderConfig({ hidden, layers, heads, keyHeads, headSize, intermediate, vocabulary }) {
  return {
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: keyHeads,
    head_dim: headSize,
    intermediate_size: intermediate,
    vocab_size: vocabulary,
    attention_bias: false,
    rms_norm_eps: 1e-6,
    pad_token_id: 0,
    bos_token_id: 101,
    eos_token_id: 102,
  };
}

function decoderTensors({ hidden, layers, heads, keyHeads, headSize, intermediate, vocabulary }, norms) {
  return [
    ["embed_tokens.weight", [vocabulary, hidden]],
    ...perLayer(layers, (index) => [
      [`layers.${index}.self_attn.q_proj.weight`, [heads * headSize, hidden]],
      [`layers.${index}.self_attn.k_proj.weight`, [keyHeads * headSize, hidden]],
      [`layers.${index}.self_attn.v_proj.weight`, [keyHeads * headSize, hidden]],
      [`layers.${index}.self_attn.o_proj.weight`, [hidden, heads * headSize]],
      [`layers.${index}.self_attn.q_norm.weight`, [headSize]],
      [`layers.${index}.self_attn.k_norm.weight`, [headSize]],
      [`layers.${index}.mlp.gate_proj.weight`, [intermediate, hidden]],
      [`layers.${index}.mlp.up_proj.weight`, [intermediate, hidden]],
      [`layers.${index}.mlp.down_proj.weight`, [hidden, intermediate]],
      ...norms.map((norm) => [`layers.${index}.${norm}.weight`, [hidden]]),
    ]),
    ["norm.weight", [hidden]],
  ];
}

function perLayer(layers, tensors) {
  return Array.from({ length: layers }, (_, index) => tensors(index)).flat();
}

function both(name, size) {
  return [
    [`${name}.weight`, [size]],
    [`${name}.bias`, [size]],
  ];
}

/** Writes the folder once and returns its path. */
export function familyModel(name, shape, tokenizerFolder, into) {
  const folder = join(into, `random-${name}`);
  if (existsSync(join(folder, "model.safetensors"))) return folder;
  mkdirSync(folder, { recursive: true });
  const write = (file, value) => writeFileSync(join(folder, file), JSON.stringify(value));
  const { config, tensors } = families[shape.family](shape);
  write("config.json", config);
  for (const file of ["tokenizer.json", "tokenizer_config.json"])
    copyFileSync(join(tokenizerFolder, file), join(folder, file));
  if (!shape.reranker) writeModules(folder, shape, write);
  // Gemma adds one to its norms' weights.
  const one = shape.family === "gemma3" ? 0 : 0x3c00;
  const constant = (key) => (/norm\d?\.weight$|_ln\.weight$|layernorm\.weight$/.test(key) ? one : null);
  writeRandomWeights(join(folder, "model.safetensors"), tensors, constant);
  return folder;
}

function writeModules(folder, { family, hidden }, write) {
  const module = (idx, path, type) => ({ idx, name: String(idx), path, type: `sentence_transformers.models.${type}` });
  const dense =
    family === "gemma3"
      ? [
          ["2_Dense", hidden, 4 * hidden],
          ["3_Dense", 4 * hidden, hidden],
        ]
      : [];
  write("modules.json", [
    module(0, "", "Transformer"),
    module(1, "1_Pooling", "Pooling"),
    ...dense.map(([path], index) => module(2 + index, path, "Dense")),
    module(2 + dense.length, "9_Normalize", "Normalize"),
  ]);
  write("sentence_bert_config.json", { max_seq_length: 512, do_lower_case: false });
  mkdirSync(join(folder, "1_Pooling"), { recursive: true });
  const mode = { modernbert: "cls_token", qwen3: "lasttoken" }[family] ?? "mean_tokens";
  write("1_Pooling/config.json", {
    word_embedding_dimension: hidden,
    ...Object.fromEntries(
      ["cls_token", "mean_tokens", "max_tokens", "lasttoken"].map((key) => [`pooling_mode_${key}`, key === mode]),
    ),
  });
  for (const [path, inputs, outputs] of dense) {
    mkdirSync(join(folder, path), { recursive: true });
    const activation = "torch.nn.modules.linear.Identity";
    write(`${path}/config.json`, {
      in_features: inputs,
      out_features: outputs,
      bias: false,
      activation_function: activation,
    });
    writeRandomWeights(join(folder, path, "model.safetensors"), [["linear.weight", [outputs, inputs]]], () => null);
  }
}
