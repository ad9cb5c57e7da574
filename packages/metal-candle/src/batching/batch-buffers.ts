/** A batch being filled: the arrays of a PackedBatch, made once and reused, and which request each row belongs to. */
import type { EmbedRequest } from "./request.ts";
import type { PackedBatch } from "../encoder/packed-batch.ts";

export class BatchBuffers implements PackedBatch {
  sequences = 0;
  longest = 0;
  dimensions = 0;
  normalize = true;
  perToken = false;
  readonly inputIds: Int32Array;
  readonly cuSeqlens: Int32Array;
  /** The request of each row, and the row's place in it. */
  readonly requests: EmbedRequest[] = [];
  readonly indexes: Int32Array;
  readonly #skips: Int32Array;
  #anySkip = false;
  readonly #types: Int32Array;
  readonly #singleTypes: boolean;
  #pairs = false;

  /**
   * @param tokenBudget most tokens; the arrays have room for one more text than that, which tokenizers may need
   * @param singleTypes whether single texts have token types, too
   */
  constructor(tokenBudget: number, maxSequences: number, maxLength: number, singleTypes = false) {
    this.#singleTypes = singleTypes;
    this.inputIds = new Int32Array(tokenBudget + maxLength);
    this.#types = new Int32Array(tokenBudget + maxLength);
    this.cuSeqlens = new Int32Array(maxSequences + 1);
    this.indexes = new Int32Array(maxSequences);
    this.#skips = new Int32Array(maxSequences);
  }

  get tokens(): number {
    return this.cuSeqlens[this.sequences];
  }

  /** Null in a batch of single texts whose types are all 0. */
  get tokenTypeIds(): Int32Array | null {
    return this.#pairs || this.#singleTypes ? this.#types : null;
  }

  /** Where the token types go: at the same offset as the ids. */
  get types(): Int32Array {
    return this.#types;
  }

  get poolingSkips(): Int32Array | null {
    return this.#anySkip ? this.#skips : null;
  }

  /** Empties it for texts of requests like this one. */
  begin(request: EmbedRequest): void {
    this.sequences = 0;
    this.longest = 0;
    this.requests.length = 0;
    this.#anySkip = false;
    this.#pairs = request.options.query !== null;
    this.dimensions = request.encodedDimensions;
    this.normalize = request.options.normalize;
    this.perToken = request.options.perToken ?? false;
  }

  /** Forgets the requests when their rows are delivered: an idle model would keep finished calls in memory. */
  end(): void {
    this.requests.length = 0;
  }

  /** Adds a text whose `length` ids already stand at inputIds[tokens…]. */
  add(request: EmbedRequest, index: number, length: number): void {
    const row = this.sequences;
    this.cuSeqlens[row + 1] = this.cuSeqlens[row] + length;
    this.requests[row] = request;
    this.indexes[row] = index;
    this.#skips[row] = request.options.poolingSkip;
    this.#anySkip ||= request.options.poolingSkip > 0;
    this.longest = Math.max(this.longest, length);
    this.sequences = row + 1;
  }
}
