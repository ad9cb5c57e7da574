/**
 * What an implementation provides: one text to its own token ids, without special tokens around it.
 *
 * Types only. FramedTokenizer makes a whole Tokenizer of a TokenSource by adding the special tokens and the truncation, so that
 * those exist once and not in every implementation.
 */
export interface TokenSource {
  /** "wordpiece", "unigram", "byte-level-bpe", "character-bpe" or "general". */
  readonly path: string;
  /** 1 + the largest id that can come out. */
  readonly vocabularySize: number;
  /** Ids of the special tokens: [CLS], [MASK], … */
  readonly specialIds: ReadonlySet<number>;
  /**
   * Writes the first `limit` ids of `text` at `ids[offset…]` (never more) and returns how many ids there are in all, or any
   * number above `limit` as soon as it is known that there are more.
   */
  write(text: string, ids: Int32Array, offset: number, limit: number): number;
}
