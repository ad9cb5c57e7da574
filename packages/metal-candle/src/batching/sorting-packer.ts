/**
 * The packer of encoders that pad a batch's rows to its longest: a window of texts is tokenised, sorted by length, and cut where
 * batches and padding together cost least (length-cuts.ts).
 */
import type { TextTokenizer } from "../tokenizers/tokenizer.ts";
import type { BatchBuffers } from "./batch-buffers.ts";
import { cheapestCuts } from "./length-cuts.ts";
import type { EncoderLimits, Padding } from "../encoder/encoder.ts";
import { dropTaken, tokenizeNext, turn, type Packer } from "./packer.ts";
import type { EmbedRequest } from "./request.ts";

interface Tokenized {
  readonly request: EmbedRequest;
  readonly index: number;
  readonly ids: Int32Array;
  /** Of a pair; null for a text on its own. */
  readonly types: Int32Array | null;
}

export class SortingPacker implements Packer {
  readonly #tokenizer: TextTokenizer;
  readonly #maxLength: number;
  readonly #padding: Padding;
  readonly #scratch: Int32Array;
  readonly #types: Int32Array;
  /** Tokenised texts in ascending length; batches are cut from the end, longest first. */
  #window: Tokenized[] = [];
  /** For each size of the window, the texts in the batch at its end. */
  #cuts: Uint32Array = new Uint32Array(1);

  constructor(tokenizer: TextTokenizer, maxLength: number, padding: Padding) {
    this.#tokenizer = tokenizer;
    this.#maxLength = maxLength;
    this.#padding = padding;
    this.#scratch = new Int32Array(maxLength);
    this.#types = new Int32Array(maxLength);
  }

  fill(batch: BatchBuffers, waiting: EmbedRequest[], limits: EncoderLimits): boolean {
    const live = this.#window.filter(({ request }) => request.live);
    const changed = live.length < this.#window.length || live.length === 0;
    this.#window = live;
    if (live.length === 0) this.#refill(waiting);
    if (this.#window.length === 0) return false;
    if (changed) this.#cut(limits);
    const rows = this.#window.splice(this.#window.length - this.#cuts[this.#window.length]).toReversed();
    batch.begin(rows[0].request);
    for (const { request, index, ids, types } of rows) {
      batch.inputIds.set(ids, batch.tokens);
      if (types) batch.types.set(types, batch.tokens);
      else if (this.#tokenizer.hasTypes) this.#tokenizer.writeTypes(batch.types, batch.tokens, ids.length);
      batch.add(request, index, ids.length);
    }
    return true;
  }

  #refill(waiting: EmbedRequest[]): void {
    dropTaken(waiting);
    while (waiting.length > 0 && this.#window.length < this.#padding.sortWindow) {
      const request = waiting.shift()!;
      const started = performance.now();
      const until = Math.min(request.until, request.next + turn);
      while (request.next < until) {
        const index = request.next;
        const length = tokenizeNext(this.#tokenizer, request, this.#scratch, this.#types, 0, this.#maxLength);
        if (length < 0) break;
        const types = request.options.query === null ? null : this.#types.slice(0, length);
        this.#window.push({ request, index, ids: this.#scratch.slice(0, length), types });
      }
      request.stopwatch.tokenized(performance.now() - started);
      if (!request.isTaken) waiting.push(request);
    }
    this.#window.sort((first, second) => kind(first) - kind(second) || first.ids.length - second.ids.length);
  }

  #cut(limits: EncoderLimits): void {
    const lengths = this.#window.map(({ ids }) => ids.length);
    this.#cuts = cheapestCuts(lengths, this.#window.map(kind), { ...limits, ...this.#padding });
  }
}

/** Rows of a batch share their width, whether they are normalised, whether they are of tokens, and whether they are of pairs. */
function kind({ request: { encodedDimensions, options } }: Tokenized): number {
  const { normalize, perToken = false, query } = options;
  return encodedDimensions * 8 + (query === null ? 0 : 4) + (perToken ? 2 : 0) + (normalize ? 1 : 0);
}
