/** Encoders beyond BERT's family with one thing wrong: for each piece that they brought, an error that names it, before any vector. */
import { ModelFileError, UnsupportedModelError } from "../../src/errors.ts";
import { zeros, type ModelFolder } from "../support/model-folder.ts";
import { config, describeWrongFolders, modules, type WrongFolder } from "../support/wrong-folders.ts";

const without = (name: string) => (f: ModelFolder) => f.tensors((t) => void t.delete(name));
const withTensor =
  (name: string, ...shape: number[]) =>
  (f: ModelFolder) =>
    f.tensors((t) => void t.set(name, zeros(...shape)));

const modernBert: WrongFolder[] = [
  [
    "unknown activation",
    config({ hidden_activation: "gelu_20" }),
    UnsupportedModelError,
    /"gelu_20" \(hidden_activation\)/,
  ],
  ["heads that do not divide", config({ num_attention_heads: 5 }), ModelFileError, /"num_attention_heads" is 5/],
  ["odd heads", config({ num_attention_heads: 64 }), UnsupportedModelError, /even head size, and it is 1/],
  ["a head size of its own", config({ head_dim: 32 }), ModelFileError, /"head_dim" is 32; it must be 16/],
  [
    "layer types of another length",
    config({ layer_types: ["full_attention"] }),
    ModelFileError,
    /"layer_types".*a list of 4/,
  ],
  [
    "an unknown layer type",
    config({ layer_types: ["full_attention", "linear_attention", "full_attention", "full_attention"] }),
    UnsupportedModelError,
    /"linear_attention" \(layer_types\)/,
  ],
  ["no window", config({ local_attention: null }), ModelFileError, /"local_attention" is missing.*see a window/],
  ["a window of 0", config({ local_attention: 0 }), ModelFileError, /"local_attention" is 0/],
  [
    "no layer in so many that sees all",
    config({ global_attn_every_n_layers: 0 }),
    ModelFileError,
    /"global_attn_every/,
  ],
  [
    "an unknown rope type",
    config({ rope_parameters: { full_attention: { rope_type: "spiral" } } }),
    UnsupportedModelError,
    /"full_attention": the rope type "spiral" is not supported; supported are default, linear/,
  ],
  ["an unknown rope type of old", config({ rope_scaling: { type: "su" } }), UnsupportedModelError, /rope type "su"/],
  ["scaling without a factor", config({ rope_scaling: { type: "linear" } }), ModelFileError, /"factor" is missing/],
  ["a base of 0", config({ global_rope_theta: 0 }), ModelFileError, /"rope_theta" is 0/],
  [
    "heads that turn in part",
    config({ rope_scaling: { rope_type: "default", partial_rotary_factor: 0.5 } }),
    UnsupportedModelError,
    /"partial_rotary_factor" is 0\.5/,
  ],
  ["a decoder", config({ is_decoder: true }), UnsupportedModelError, /"is_decoder"/],
  [
    "biases that are not there",
    config({ attention_bias: true }),
    ModelFileError,
    /no tensor "layers\.0\.attn\.Wqkv\.bias"/,
  ],
  ["norm biases that are not there", config({ norm_bias: true }), ModelFileError, /no tensor "embeddings\.norm\.bias"/],
  [
    "a bias that the config has not",
    withTensor("layers.1.mlp.Wi.bias", 192),
    UnsupportedModelError,
    /"layers\.1\.mlp\.Wi\.bias"/,
  ],
  [
    "a norm before the first layer",
    withTensor("layers.0.attn_norm.weight", 64),
    UnsupportedModelError,
    /"layers\.0\.attn_norm/,
  ],
  ["no last norm", without("final_norm.weight"), ModelFileError, /no tensor "final_norm\.weight" \[64\]/],
  ["a gate that is missing", withTensor("layers.2.mlp.Wi.weight", 96, 64), ModelFileError, /\[96, 64\].*\[192, 64\]/],
  ["more layers than weights", config({ num_hidden_layers: 5 }), ModelFileError, /no tensor "layers\.4\./],
];

const qwen3: WrongFolder[] = [
  [
    "key heads that do not divide",
    config({ num_key_value_heads: 3 }),
    ModelFileError,
    /"num_key_value_heads" is 3.*is 4/,
  ],
  ["odd heads", config({ head_dim: 31 }), UnsupportedModelError, /even head size, and it is 31/],
  ["no head size", config({ head_dim: undefined }), ModelFileError, /q_proj\.weight.*\[128, 64\].*\[512, 64\]/],
  ["unknown activation", config({ hidden_act: "swiglu" }), UnsupportedModelError, /"swiglu" \(hidden_act\)/],
  [
    "a window's layers without the window",
    config({ layer_types: ["full_attention", "sliding_attention"] }),
    UnsupportedModelError,
    /"layer_types".*needs "use_sliding_window"/,
  ],
  ["is_causal that is no answer", config({ is_causal: "no" }), ModelFileError, /"is_causal" is "no"/],
  [
    "no norm on the keys",
    without("layers.1.self_attn.k_norm.weight"),
    ModelFileError,
    /no tensor "layers\.1\.self_attn\.k_norm/,
  ],
  [
    "llama3 scaling without its bounds",
    config({ rope_parameters: { rope_type: "llama3", factor: 8 } }),
    ModelFileError,
    /"low_freq_factor" is missing/,
  ],
  [
    "longrope with factors for other heads",
    config({ rope_scaling: { type: "longrope", short_factor: [1], original_max_position_embeddings: 64 } }),
    ModelFileError,
    /"short_factor".*a list of 16 numbers/,
  ],
];

const gemma3: WrongFolder[] = [
  [
    "softcapped scores",
    config({ attn_logit_softcapping: 50 }),
    UnsupportedModelError,
    /"attn_logit_softcapping" is 50/,
  ],
  ["no window", config({ sliding_window: null }), ModelFileError, /"sliding_window" is missing.*see a window/],
  ["a scale of nothing", config({ query_pre_attn_scalar: 0 }), ModelFileError, /"query_pre_attn_scalar" is 0/],
  ["layer types of another length", config({ layer_types: [] }), ModelFileError, /"layer_types".*a list of 6/],
  [
    "one norm too few",
    without("layers.3.post_feedforward_layernorm.weight"),
    ModelFileError,
    /post_feedforward_layernorm/,
  ],
  ["another head size", config({ head_dim: 16 }), ModelFileError, /q_proj\.weight.*\[128, 64\].*\[64, 64\]/],
];

const nomic: WrongFolder[] = [
  ["norms before the blocks", config({ prenorm: true }), UnsupportedModelError, /"prenorm" is true.*only false is/],
  ["interleaved rotation", config({ rotary_emb_interleaved: true }), UnsupportedModelError, /"rotary_emb_interleaved"/],
  ["rotation of a part", config({ rotary_emb_fraction: 0.5 }), UnsupportedModelError, /"rotary_emb_fraction" is 0\.5/],
  [
    "scaling of its own kind",
    config({ rotary_scaling_factor: 2 }),
    UnsupportedModelError,
    /"rotary_scaling_factor" is 2/,
  ],
  ["experts", config({ moe_every_n_layers: 2 }), UnsupportedModelError, /"moe_every_n_layers" is 2/],
  ["causal attention", config({ causal: true }), UnsupportedModelError, /"causal" is true/],
  [
    "unknown activation",
    config({ activation_function: "reglu" }),
    UnsupportedModelError,
    /"reglu" \(activation_function\)/,
  ],
  ["two sizes", config({ n_embd: 32 }), ModelFileError, /"hidden_size" is 64 and "n_embd" 32/],
  ["a size that is none", config({ hidden_size: undefined, n_embd: "64" }), ModelFileError, /"n_embd" is "64"/],
];

const gte: WrongFolder[] = [
  ["scores scaled by length", config({ logn_attention_scale: true }), UnsupportedModelError, /"logn_attention_scale"/],
  [
    "absolute positions",
    config({ position_embedding_type: "absolute" }),
    UnsupportedModelError,
    /"position_embedding_type"/,
  ],
  [
    "an unknown norm",
    config({ layer_norm_type: "group_norm" }),
    UnsupportedModelError,
    /"layer_norm_type" is "group_norm"/,
  ],
  ["NTK scaling without a factor", config({ rope_scaling: { type: "ntk" } }), ModelFileError, /"factor" is missing/],
  ["an unknown scaling", config({ rope_scaling: { type: "ntk-by-parts" } }), UnsupportedModelError, /"ntk-by-parts"/],
  ["no gate", withTensor("encoder.layer.0.mlp.up_gate_proj.weight", 96, 64), ModelFileError, /\[96, 64\].*\[192, 64\]/],
];

const others: [string, WrongFolder[]][] = [
  ["eurobert", [["unknown activation", config({ hidden_act: "swiglu" }), UnsupportedModelError, /"swiglu"/]]],
  [
    "distilbert",
    [
      ["heads that do not divide", config({ n_heads: 5 }), ModelFileError, /"n_heads" is 5.*which is 64/],
      ["a size that is missing", config({ dim: undefined }), ModelFileError, /"dim" is missing/],
      ["unknown activation", config({ activation: "gelu_20" }), UnsupportedModelError, /"gelu_20" \(activation\)/],
    ],
  ],
  [
    "electra",
    [
      [
        "no projection",
        without("embeddings_project.weight"),
        ModelFileError,
        /no tensor "embeddings_project\.weight" \[64, 32\]/,
      ],
      [
        "another width",
        config({ embedding_size: 64 }),
        ModelFileError,
        /word_embeddings\.weight.*\[2600, 32\].*\[2600, 64\]/,
      ],
    ],
  ],
  [
    "modernbert-reranker",
    [
      [
        "unknown pooling",
        config({ classifier_pooling: "max" }),
        UnsupportedModelError,
        /"classifier_pooling" is "max"/,
      ],
      [
        "unknown activation",
        config({ classifier_activation: "x" }),
        UnsupportedModelError,
        /"x" \(classifier_activation\)/,
      ],
      ["no norm in its head", without("head.norm.weight"), ModelFileError, /no tensor "head\.norm\.weight" \[64\]/],
    ],
  ],
  [
    "modernbert-reranker-modules",
    [
      [
        "no scores",
        (f) => f.set("4_Dense/config.json", { module_output_name: "sentence_embedding" }),
        UnsupportedModelError,
        /"model_type" is "CrossEncoder".*no scores/,
      ],
      [
        "something behind its scores",
        modules((m) => [...m, m[3]]),
        UnsupportedModelError,
        /follows the Dense layer that gives the scores/,
      ],
      [
        "another input",
        (f) => f.set("4_Dense/config.json", { module_input_name: "token_embeddings" }),
        UnsupportedModelError,
        /"module_input_name" is "token_embeddings"/,
      ],
    ],
  ],
];

describeWrongFolders("modernbert", modernBert);
describeWrongFolders("qwen3", qwen3);
describeWrongFolders("gemma3-text", gemma3);
describeWrongFolders("nomic-bert", nomic);
describeWrongFolders("gte-new", gte);
for (const [name, cases] of others) describeWrongFolders(name, cases);
