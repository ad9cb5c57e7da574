/** What `embedTokens` returns for a text: a vector for each of its tokens, before pooling. */

export class TokenVectors {
  /** f32 [length · dimensions], row-major, in the order of the tokens. */
  readonly data: Float32Array<ArrayBuffer>;
  /** The model's hidden size. */
  readonly dimensions: number;
  /** Ids of the tokens: special tokens and prompt included, after truncation. */
  readonly ids: Int32Array<ArrayBuffer>;
  /** Whether the text was cut to the model's maximum length. */
  readonly truncated: boolean;

  constructor(data: Float32Array<ArrayBuffer>, dimensions: number, ids: Int32Array<ArrayBuffer>, truncated: boolean) {
    this.data = data;
    this.dimensions = dimensions;
    this.ids = ids;
    this.truncated = truncated;
  }

  /** Tokens. */
  get length(): number {
    return this.ids.length;
  }

  /**
   * The vector of token `index` as a view of `data`. Negative indexes count from the end.
   * @throws RangeError for a token that the text does not have
   */
  at(index: number): Float32Array<ArrayBuffer> {
    const row = index < 0 ? this.length + index : index;
    if (!Number.isInteger(row) || row < 0 || row >= this.length) {
      throw new RangeError(`The vector of token ${index} was asked for, of ${this.length}.`);
    }
    return this.data.subarray(row * this.dimensions, (row + 1) * this.dimensions);
  }

  /** The vectors in order. */
  *[Symbol.iterator](): Generator<Float32Array<ArrayBuffer>> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}
