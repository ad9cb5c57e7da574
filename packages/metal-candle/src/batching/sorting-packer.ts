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

/** Tokenised texts in ascending length; batches are cut from the end, longest first. */
interface Window {
  texts: Tokenized[];
  /** For each size of the window, the texts in the batch at its end. */
  cuts: Uint32Array;
}

export class SortingPacker implements Packer {
  readonly #tokenizer: TextTokenizer;
  readonly #maxLength: number;
  readonly #padding: Padding;
  readonly #scratch: Int32Array;
  readonly #types: Int32Array;
  readonly #window: Window = { texts: [], cuts: new Uint32Array(1) };
  /**
   * Small requests that came while the window was worked off, as a query comes behind a job: it takes seconds on a CPU. They have every other
   * batch, so that neither waits for all of the other.
   */
  readonly #small: Window = { texts: [], cuts: new Uint32Array(1) };
  #lastWasSmall = false;

  constructor(tokenizer: TextTokenizer, maxLength: number, padding: Padding) {
    this.#tokenizer = tokenizer;
    this.#maxLength = maxLength;
    this.#padding = padding;
    this.#scratch = new Int32Array(maxLength);
    this.#types = new Int32Array(maxLength);
  }

  fill(batch: BatchBuffers, waiting: EmbedRequest[], limits: EncoderLimits): boolean {
    this.#prune(this.#window, limits);
    this.#prune(this.#small, limits);
    if (this.#window.texts.length === 0) this.#refill(this.#window, waiting, waiting, limits);
    else if (this.#small.texts.length === 0) {
      const small = waiting.filter((request) => request.texts.length <= turn);
      if (small.length > 0) this.#refill(this.#small, small, waiting, limits);
    }
    const isSmall = this.#small.texts.length > 0 && (this.#window.texts.length === 0 || !this.#lastWasSmall);
    const { texts, cuts } = isSmall ? this.#small : this.#window;
    if (texts.length === 0) return false;
    this.#lastWasSmall = isSmall;
    const rows = texts.splice(texts.length - cuts[texts.length]).toReversed();
    batch.begin(rows[0].request);
    for (const { request, index, ids, types } of rows) {
      batch.inputIds.set(ids, batch.tokens);
      if (types) batch.types.set(types, batch.tokens);
      else if (this.#tokenizer.hasTypes) this.#tokenizer.writeTypes(batch.types, batch.tokens, ids.length);
      batch.add(request, index, ids.length);
    }
    return true;
  }

  /** Leaves out texts whose request is over. */
  #prune(window: Window, limits: EncoderLimits): void {
    const live = window.texts.filter(({ request }) => request.live);
    if (live.length === window.texts.length) return;
    window.texts = live;
    this.#cut(window, limits);
  }

  /** Takes texts of `requests`, in turn; those that are fully taken leave `waiting`. */
  #refill(window: Window, requests: EmbedRequest[], waiting: EmbedRequest[], limits: EncoderLimits): void {
    const texts: Tokenized[] = [];
    dropTaken(requests);
    while (requests.length > 0 && texts.length < this.#padding.sortWindow) {
      const request = requests.shift()!;
      const until = Math.min(request.until, request.next + turn);
      while (request.next < until) {
        const index = request.next;
        const length = tokenizeNext(this.#tokenizer, request, this.#scratch, this.#types, 0, this.#maxLength);
        if (length < 0) break;
        const types = request.options.query === null ? null : this.#types.slice(0, length);
        texts.push({ request, index, ids: this.#scratch.slice(0, length), types });
      }
      if (!request.isTaken) requests.push(request);
    }
    if (requests !== waiting) dropTaken(waiting);
    window.texts = texts.toSorted(
      (first, second) => kind(first) - kind(second) || first.ids.length - second.ids.length,
    );
    this.#cut(window, limits);
  }

  #cut(window: Window, limits: EncoderLimits): void {
    const lengths = window.texts.map(({ ids }) => ids.length);
    window.cuts = cheapestCuts(lengths, window.texts.map(kind), { ...limits, ...this.#padding });
  }
}

/** Rows of a batch share their width, whether they are normalised, whether they are of tokens, and whether they are of pairs. */
function kind({ request: { encodedDimensions, options } }: Tokenized): number {
  const { normalize, perToken = false, query } = options;
  return encodedDimensions * 8 + (query === null ? 0 : 4) + (perToken ? 2 : 0) + (normalize ? 1 : 0);
}
