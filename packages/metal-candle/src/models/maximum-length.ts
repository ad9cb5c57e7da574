/**
 * How many tokens a model reads: sentence_bert_config.json's max_seq_length, else the tokenizer's own limit, never more than
 * there are positions.
 *
 * tokenizer.json's truncation is not asked: MiniLM's says 128 where the model reads 256.
 */
import type { ConfigObject } from "./config-object.ts";
import type { EncoderShape } from "./description.ts";

export interface MaximumLength {
  /** In tokens, special tokens included. */
  readonly maxLength: number;
  readonly warnings: readonly string[];
}

/** Smallest maximum length that holds a pair's special tokens and something of each text. */
const LEAST = 8;

/**
 * @param sentence sentence_bert_config.json, or null
 * @param tokenizer tokenizer_config.json
 * @throws ModelFileError when a length is not a whole number of at least 8
 */
export function readMaximumLength(
  sentence: ConfigObject | null,
  tokenizer: ConfigObject | null,
  shape: EncoderShape,
): MaximumLength {
  const usable = shape.positions - shape.positionOffset;
  if (sentence?.has("max_seq_length")) {
    const asked = sentence.integer("max_seq_length", LEAST);
    if (asked <= usable) return { maxLength: asked, warnings: [] };
    const warning = `${sentence.path} says max_seq_length ${asked}, but the model has positions for ${usable} tokens; ${usable} it is.`;
    return { maxLength: usable, warnings: [warning] };
  }
  // Tokenizers without a limit of their own write 10³⁰, which no whole number check would pass.
  const limit = tokenizer?.value("model_max_length");
  const known = typeof limit === "number" && limit < Number.MAX_SAFE_INTEGER;
  const own = known ? tokenizer!.integer("model_max_length", LEAST) : usable;
  return { maxLength: Math.min(own, usable), warnings: [] };
}
