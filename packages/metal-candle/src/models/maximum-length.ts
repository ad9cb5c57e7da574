/**
 * How many tokens a model reads: sentence_bert_config.json's max_seq_length, else the tokenizer's own limit, never more than
 * there are positions.
 *
 * tokenizer.json's truncation is not asked: MiniLM's says 128 where the model reads 256.
 */
import type { ConfigObject } from "./config-object.ts";
import type { EncoderDescription } from "./encoder-description.ts";

export interface MaximumLength {
  /** In tokens, special tokens included. */
  readonly maxLength: number;
  readonly warnings: readonly string[];
}

/**
 * @param sentence sentence_bert_config.json, or null
 * @param tokenizer tokenizer_config.json
 * @param asked what the settings of sentence_bert_config.json's processing_kwargs or tokenizer_args say, which wins; or null
 * @throws ModelFileError when a length is not a whole number above 0
 */
export function readMaximumLength(
  sentence: ConfigObject | null,
  tokenizer: ConfigObject | null,
  asked: number | null,
  { maxPositions: usable }: Pick<EncoderDescription, "maxPositions">,
): MaximumLength {
  const own = asked ?? (sentence?.has("max_seq_length") ? sentence.integer("max_seq_length", 1) : null);
  if (own !== null) {
    if (own <= usable) return { maxLength: own, warnings: [] };
    const warning = `${sentence!.path} says that texts have up to ${own} tokens, but the model has only ${usable} positions; using ${usable}.`;
    return { maxLength: usable, warnings: [warning] };
  }
  // Tokenizers without a limit of their own write 10³⁰, which no whole number check would pass. `max_len` is the name of old.
  const key = tokenizer?.has("model_max_length") ? "model_max_length" : "max_len";
  const limit = tokenizer?.value(key);
  const known = typeof limit === "number" && limit < Number.MAX_SAFE_INTEGER;
  return { maxLength: Math.min(known ? tokenizer!.integer(key, 1) : usable, usable), warnings: [] };
}
