/**
 * sentence_bert_config.json: what sentence-transformers keeps beside a Transformer module.
 *
 * Lengths, do_lower_case and the tokenizer's settings are used; the rest of what releases have written there either changes nothing
 * for a text encoder or makes it another kind of model, which is an error that names the setting.
 */
import { UnsupportedModelError } from "../errors.ts";
import { readConfig, type ConfigObject } from "./config-object.ts";

export interface SentenceConfig {
  /** The file, or null where there is none. */
  readonly config: ConfigObject | null;
  readonly lowerCase: boolean;
  /** transformer_task: "feature-extraction" for embeddings, "sequence-classification" for rerankers. */
  readonly task: string;
  /** A maximum length that wins over max_seq_length; null for none. */
  readonly maxLength: number | null;
  /** Maximum lengths of queries and passages alone; null for none. */
  readonly taskLengths: { readonly query: number | null; readonly passage: number | null };
  /** Settings of the tokenizer that win over tokenizer_config.json. */
  readonly tokenizerSettings: Readonly<Record<string, unknown>>;
}

/** The file has been written under the name of the family, too. */
const fileNames = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"].map(
  (family) => `sentence_${family}_config.json`,
);

/** Arguments for loading in Python that have no bearing on the numbers here. */
const harmlessArguments = ["trust_remote_code", "attn_implementation", "torch_dtype", "dtype", "use_safetensors"];

/** The same for the tokenizer; `padding_side` decides where padding goes, which nothing here has. */
const harmlessTokenizerArguments = ["trust_remote_code", "use_fast", "padding_side", "clean_up_tokenization_spaces"];

/** Where there is no such file, or none that counts. */
export const noSentenceConfig: SentenceConfig = {
  config: null,
  lowerCase: false,
  task: "feature-extraction",
  maxLength: null,
  taskLengths: { query: null, passage: null },
  tokenizerSettings: {},
};

/**
 * @throws ModelFileError, UnsupportedModelError
 */
export async function readSentenceConfig(folder: string): Promise<SentenceConfig> {
  let config: ConfigObject | null = null;
  for (const name of fileNames) config ??= await readConfig(folder, name);
  if (config === null) return noSentenceConfig;

  if (config.has("query_expansion"))
    throw unsupported(config, "query_expansion", "multi-vector models are not supported");
  for (const key of ["model_args", "model_kwargs", "config_args", "config_kwargs"]) {
    const unknown = config
      .object(key)
      ?.keys()
      .find((name) => !harmlessArguments.includes(name));
    if (unknown !== undefined) throw unsupported(config, key, `its "${unknown}" could change the result`);
  }
  const output = config.value("module_output_name") ?? "token_embeddings";
  const text = config.object("modality_config")?.object("text");
  const method = text?.value("method") ?? "forward";
  const task = config.string("transformer_task", "feature-extraction");
  if (task === "feature-extraction" && (output !== "token_embeddings" || method !== "forward")) {
    throw unsupported(
      config,
      text == null ? "module_output_name" : "modality_config",
      "only plain text encoders are supported",
    );
  }
  const tokenizerSettings = readTokenizerSettings(config);
  const length = (key: string): number | null => (config.has(key) ? config.integer(key, 1) : null);
  return {
    config,
    lowerCase: config.boolean("do_lower_case", false),
    task,
    maxLength: readProcessingLength(config) ?? readOwnLength(tokenizerSettings, config),
    taskLengths: { query: length("query_length"), passage: length("document_length") },
    tokenizerSettings,
  };
}

/** `tokenizer_args` of old, `processor_kwargs` now: arguments of AutoTokenizer.from_pretrained. */
function readTokenizerSettings(config: ConfigObject): Record<string, unknown> {
  const key = config.has("tokenizer_args") ? "tokenizer_args" : "processor_kwargs";
  const settings = config.object(key);
  const kept = settings?.keys().filter((name) => !harmlessTokenizerArguments.includes(name)) ?? [];
  const elsewhere = kept.find((name) => /subfolder|revision|tokenizer_type|_file$|^name_or_path$|^gguf/.test(name));
  if (elsewhere !== undefined) throw unsupported(config, key, `its "${elsewhere}" names another tokenizer`);
  return Object.fromEntries(kept.map((name) => [name, settings!.value(name)]));
}

/** `model_max_length` among them wins over max_seq_length. */
function readOwnLength(settings: Readonly<Record<string, unknown>>, config: ConfigObject): number | null {
  const length = settings["model_max_length"] ?? null;
  if (length === null || (Number.isSafeInteger(length) && (length as number) >= 1)) return length as number | null;
  throw unsupported(config, "tokenizer_args", "its model_max_length must be a whole number above 0");
}

/** `processing_kwargs`: arguments of the tokenizer's call, of which `max_length` counts here. */
function readProcessingLength(config: ConfigObject): number | null {
  const settings = config.object("processing_kwargs");
  const foreign = settings?.keys().find((key) => key !== "text" && key !== "common" && settings.has(key));
  if (foreign !== undefined) throw unsupported(config, "processing_kwargs", `its "${foreign}" could change the result`);
  let length: number | null = null;
  for (const part of [settings?.object("common"), settings?.object("text")]) {
    for (const key of part?.keys() ?? []) {
      const value = part!.value(key);
      if (key === "max_length") length = part!.integer(key, 1);
      const harmless =
        [
          "padding",
          "return_tensors",
          "return_attention_mask",
          "padding_side",
          "pad_to_multiple_of",
          "max_length",
        ].includes(key) ||
        (key === "truncation" && (value === true || value === "longest_first"));
      if (!harmless) throw unsupported(config, "processing_kwargs", `its "${key}" could change the result`);
    }
  }
  return length;
}

function unsupported(config: ConfigObject, key: string, why: string): UnsupportedModelError {
  return new UnsupportedModelError(`${config.path}: "${key}" is ${shown(config.value(key))}; ${why}.`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
