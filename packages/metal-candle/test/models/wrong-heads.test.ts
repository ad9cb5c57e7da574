/** Modules, poolings, Dense layers, prompts and classifiers with one thing wrong: each ends in an error that names it. */
import { ModelFileError, UnsupportedModelError } from "../../src/errors.ts";
import { zeros } from "../support/model-folder.ts";
import { config, describeWrongFolders, modules, pooling, type WrongFolder } from "../support/wrong-folders.ts";

const fromBert: WrongFolder[] = [
  // The modules
  [
    "unknown module",
    modules((m) => [...m, { idx: 3, name: "3", path: "3_LSTM", type: "sentence_transformers.models.LSTM" }]),
    UnsupportedModelError,
    /3_LSTM, LSTM\)/,
  ],
  [
    "unknown module after Pooling",
    modules((m) => m.with(2, { ...m[2], type: "sentence_transformers.models.LSTM" })),
    UnsupportedModelError,
    /LSTM\) is not supported; supported are Transformer, Pooling, Dense, LayerNorm, Dropout and Normalize/,
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
  [
    "Pooling first",
    modules((m) => m.slice(1)),
    UnsupportedModelError,
    /comes first; only a Transformer or a StaticEmbedding may/,
  ],
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
    "a flag that is not a boolean",
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
    (f) => f.set("sentence_bert_config.json", { max_seq_length: 0 }),
    ModelFileError,
    /"max_seq_length" is 0/,
  ],
  [
    "a multi-vector model",
    (f) => f.set("sentence_bert_config.json", { query_expansion: { strategy: "fixed" } }),
    UnsupportedModelError,
    /"query_expansion"/,
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
    "a prompt that is not a string",
    (f) => f.write("config_sentence_transformers.json", '{"prompts":{"query":5}}'),
    ModelFileError,
    /the prompt "query" is not text/,
  ],
  [
    "a default prompt that is not there",
    (f) => f.write("config_sentence_transformers.json", '{"prompts":{"query":"q: "},"default_prompt_name":"doc"}'),
    ModelFileError,
    /"default_prompt_name" is "doc".*query, document, passage/,
  ],
];

const fromDense: WrongFolder[] = [
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
    "tokenizer settings that name another tokenizer",
    (f) => f.set("sentence_bert_config.json", { tokenizer_args: { subfolder: "other" } }),
    UnsupportedModelError,
    /"subfolder" names another tokenizer/,
  ],
  [
    "processing that does not cut",
    (f) => f.set("sentence_bert_config.json", { processing_kwargs: { text: { truncation: false } } }),
    UnsupportedModelError,
    /its "truncation" could change the result/,
  ],
];

const fromReranker: WrongFolder[] = [
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

describeWrongFolders("bert", fromBert);
describeWrongFolders("bert-dense", fromDense);
describeWrongFolders("bert-reranker-3", fromReranker);
