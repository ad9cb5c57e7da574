/** What `embed` returns: N vectors of D floats in one array, with what happened to each text on the way. */

export class Embeddings {
  /** f32 [length · dimensions], row-major, in the order of the texts. */
  readonly data: Float32Array<ArrayBuffer>;
  /** D */
  readonly dimensions: number;
  /** Tokens of each text as embedded: special tokens and prompt included, after truncation. */
  readonly tokenCounts: Int32Array<ArrayBuffer>;
  /** Indexes of the texts that were cut to the model's maximum length, ascending. */
  readonly truncated: readonly number[];

  constructor(
    data: Float32Array<ArrayBuffer>,
    dimensions: number,
    tokenCounts: Int32Array<ArrayBuffer>,
    truncated: readonly number[],
  ) {
    this.data = data;
    this.dimensions = dimensions;
    this.tokenCounts = tokenCounts;
    this.truncated = truncated;
  }

  /** N */
  get length(): number {
    return this.tokenCounts.length;
  }

  /**
   * Vector `index` as a view of `data`. Negative indexes count from the end.
   * @throws RangeError outside −N … N − 1
   */
  at(index: number): Float32Array<ArrayBuffer> {
    const row = index < 0 ? this.length + index : index;
    if (!Number.isInteger(row) || row < 0 || row >= this.length) {
      throw new RangeError(`Vector ${index} was asked for, of ${this.length}.`);
    }
    return this.data.subarray(row * this.dimensions, (row + 1) * this.dimensions);
  }

  /** The vectors in order. */
  *[Symbol.iterator](): Generator<Float32Array<ArrayBuffer>> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}
