/**
 * sentence_bert_config.json: what sentence-transformers keeps beside a Transformer module.
 *
 * max_seq_length and do_lower_case are used; the rest of what releases have written there either changes nothing for a text
 * encoder or makes it another kind of model, which is an error that names the setting.
 */
import { UnsupportedModelError } from "../errors.ts";
import { readConfig, type ConfigObject } from "./config-object.ts";

export interface SentenceConfig {
  /** The file, or null where there is none. */
  readonly config: ConfigObject | null;
  readonly lowerCase: boolean;
  /** transformer_task: "feature-extraction" for embeddings, "sequence-classification" for rerankers. */
  readonly task: string;
}

/** The file has been written under the name of the family, too. */
const FILE_NAMES = ["sentence_bert_config.json", "sentence_roberta_config.json", "sentence_xlm-roberta_config.json"];

/** Arguments for loading in Python that have no bearing on the numbers here. */
const HARMLESS_ARGUMENTS = ["trust_remote_code", "attn_implementation", "torch_dtype", "dtype", "use_safetensors"];

/**
 * @throws ModelFileError, UnsupportedModelError
 */
export async function readSentenceConfig(folder: string): Promise<SentenceConfig> {
  let config: ConfigObject | null = null;
  for (const name of FILE_NAMES) config ??= await readConfig(folder, name);
  if (config === null) return { config, lowerCase: false, task: "feature-extraction" };

  for (const key of ["query_length", "document_length", "query_expansion"]) {
    if (config.has(key)) throw unsupported(config, key, "multi-vector models are not supported");
  }
  for (const key of [
    "processing_kwargs",
    "model_args",
    "model_kwargs",
    "config_args",
    "config_kwargs",
    "tokenizer_args",
    "processor_kwargs",
  ]) {
    const unknown = config
      .object(key)
      ?.keys()
      .find((name) => !HARMLESS_ARGUMENTS.includes(name));
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
  return { config, lowerCase: config.boolean("do_lower_case", false), task };
}

function unsupported(config: ConfigObject, key: string, why: string): UnsupportedModelError {
  return new UnsupportedModelError(`${config.path}: "${key}" is ${JSON.stringify(config.value(key))}; ${why}.`);
}
