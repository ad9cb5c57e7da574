/** Texts that were tokenised elsewhere, end to end: what a worker answers, and what a packer takes from. Types only. */
export interface TokenizedBlock {
  /** The ids of all texts, special tokens included, end to end. */
  readonly ids: Int32Array<ArrayBuffer>;
  /** Tokens of each text. */
  readonly lengths: Int32Array<ArrayBuffer>;
  /** 1 for each text that was cut to the maximum length. */
  readonly truncated: Uint8Array<ArrayBuffer>;
}
