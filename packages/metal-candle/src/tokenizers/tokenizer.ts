/**
 * What every tokenizer offers to the rest of the engine: text in, ids out, written into the caller's array.
 *
 * Types only. Implementations: WordPiece, Unigram and two kinds of BPE for the settings that most models have, and the general path
 * for the rest. Truncation is ours, by the model's maximum length; tokenizer.json's own is ignored.
 */
export interface Tokenizer {
  /** Which implementation serves: "wordpiece", "unigram", "byte-level-bpe", "character-bpe" or "general". */
  readonly path: string;
  /** Special tokens around one text (2 for [CLS] … [SEP]). */
  readonly specialTokens: number;
  /** Special tokens around a pair of texts. */
  readonly pairSpecialTokens: number;
  /** Special tokens before the first text's own tokens (1 for [CLS]). */
  readonly leadingSpecialTokens: number;
  /** Whether single texts have token types that are not all 0: then `writeTypes` says which. */
  readonly hasTypes: boolean;
  /** 1 + the largest token type that a single text, or a pair, can have. */
  readonly tokenTypes: { readonly single: number; readonly pair: number };
  /** 1 + the largest id that can come out. */
  readonly vocabularySize: number;
  /** Whether the last `encode` or `encodePair` cut something off. */
  readonly truncated: boolean;
  /**
   * Writes the ids of `text`, special tokens included, at `ids[offset…]`, at most `maxLength` of them (the closing special
   * tokens are kept). `ids` must have room for `maxLength`. Returns how many were written. An empty text gives the special
   * tokens alone.
   */
  encode(text: string, ids: Int32Array, offset: number, maxLength: number): number;
  /** The same for a pair, `longest_first` truncation as Hugging Face does it; `types` receives the token-type ids. */
  encodePair(
    first: string,
    second: string,
    ids: Int32Array,
    types: Int32Array,
    offset: number,
    maxLength: number,
  ): number;
  /** From now on, texts with an id of `limit` or above are an InvalidArgumentError: the model has no row for it. */
  refuseIdsFrom(limit: number): void;
  /** Writes the token types of a text that `encode` made `length` tokens of. */
  writeTypes(types: Int32Array, offset: number, length: number): void;
  /** Tokens of a prompt as sentence-transformers leaves them out of pooling: a special token at its end is not counted. */
  promptLength(prompt: string, maxLength: number): number;
  /** How many tokens `text` is, special tokens included, without truncation. */
  count(text: string): number;
}

/** As much of it as makes the ids of batches. */
export type TextTokenizer = Pick<Tokenizer, "encode" | "encodePair" | "truncated" | "hasTypes" | "writeTypes">;
