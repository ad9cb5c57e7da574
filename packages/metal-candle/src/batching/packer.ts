/**
 * Packers turn waiting requests into batches. Texts are tokenised here, one batch ahead of the device, straight into the batch's
 * array; requests are visited in turn, so that a single query does not wait behind a hundred thousand passages.
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { BatchBuffers } from "./batch-buffers.ts";
import type { EncoderLimits } from "./packed-batch.ts";
import type { EmbedRequest } from "./request.ts";

export interface Packer {
  /** Fills `batch` from the waiting requests, at most `tokens` tokens; false when there was nothing to take. */
  fill(batch: BatchBuffers, waiting: EmbedRequest[], limits: EncoderLimits, tokens: number): boolean;
}

/** Texts taken from one request before the next has its turn. */
const turn = 32;

/** Removes requests that are over or fully taken. */
function dropTaken(waiting: EmbedRequest[]): void {
  let kept = 0;
  for (const request of waiting) if (request.live && request.next < request.texts.length) waiting[kept++] = request;
  waiting.length = kept;
}

/** Tokenises the next text or pair of a request at ids[offset…]; notes its length and whether it was cut. */
function tokenizeNext(
  tokenizer: Tokenizer,
  request: EmbedRequest,
  ids: Int32Array,
  types: Int32Array,
  offset: number,
  maxLength: number,
): number {
  const index = request.next++;
  const { prompt, query } = request.options;
  const text = prompt === "" ? request.texts[index] : prompt + request.texts[index];
  const length =
    query === null
      ? tokenizer.encode(text, ids, offset, maxLength)
      : tokenizer.encodePair(query, text, ids, types, offset, maxLength);
  request.tokenCounts[index] = length;
  if (tokenizer.truncated) request.truncated.push(index);
  return length;
}

/** For packed batches without padding: texts as they come. */
export class StreamingPacker implements Packer {
  readonly #tokenizer: Tokenizer;
  readonly #maxLength: number;

  constructor(tokenizer: Tokenizer, maxLength: number) {
    this.#tokenizer = tokenizer;
    this.#maxLength = maxLength;
  }

  fill(batch: BatchBuffers, waiting: EmbedRequest[], limits: EncoderLimits, tokens: number): boolean {
    dropTaken(waiting);
    if (waiting.length === 0) return false;
    const first = waiting[0];
    batch.begin(first);
    // A text is tokenised in place, before its length is known: it must fit whole.
    const lastStart = Math.max(0, tokens - this.#maxLength);
    while (batch.tokens <= lastStart && batch.sequences < limits.maxSequences) {
      const request = waiting.find(
        (candidate) => candidate.live && candidate.next < candidate.texts.length && candidate.sharesBatchWith(first),
      );
      if (!request) break;
      const until = Math.min(request.texts.length, request.next + turn);
      while (request.next < until && batch.tokens <= lastStart && batch.sequences < limits.maxSequences) {
        const index = request.next;
        batch.add(
          request,
          index,
          tokenizeNext(this.#tokenizer, request, batch.inputIds, batch.types, batch.tokens, this.#maxLength),
        );
      }
      // To the back of the line.
      waiting.splice(waiting.indexOf(request), 1);
      waiting.push(request);
    }
    dropTaken(waiting);
    return batch.sequences > 0;
  }
}

interface Tokenized {
  readonly request: EmbedRequest;
  readonly index: number;
  readonly ids: Int32Array;
  /** Of a pair; null for a text on its own. */
  readonly types: Int32Array | null;
}

/** For encoders that pad to the longest: a window of texts is tokenised, sorted by length, and cut into even batches. */
export class SortingPacker implements Packer {
  readonly #tokenizer: Tokenizer;
  readonly #maxLength: number;
  readonly #scratch: Int32Array;
  readonly #types: Int32Array;
  /** Tokenised texts in ascending length; batches are cut from the end, longest first. */
  #window: Tokenized[] = [];

  constructor(tokenizer: Tokenizer, maxLength: number) {
    this.#tokenizer = tokenizer;
    this.#maxLength = maxLength;
    this.#scratch = new Int32Array(maxLength);
    this.#types = new Int32Array(maxLength);
  }

  fill(batch: BatchBuffers, waiting: EmbedRequest[], limits: EncoderLimits, tokens: number): boolean {
    this.#window = this.#window.filter(({ request }) => request.live);
    if (this.#window.length === 0) this.#refill(waiting, limits.sortWindow);
    const longest = this.#window.at(-1);
    if (!longest) return false;
    batch.begin(longest.request);
    while (this.#window.length > 0 && batch.sequences < limits.maxSequences) {
      const { request, index, ids, types } = this.#window.at(-1)!;
      if (!request.sharesBatchWith(longest.request)) break;
      if (batch.sequences > 0 && (batch.sequences + 1) * batch.longest > tokens) break;
      batch.inputIds.set(ids, batch.tokens);
      if (types) batch.types.set(types, batch.tokens);
      batch.add(request, index, ids.length);
      this.#window.pop();
    }
    return true;
  }

  #refill(waiting: EmbedRequest[], most: number): void {
    dropTaken(waiting);
    while (waiting.length > 0 && this.#window.length < most) {
      const request = waiting.shift()!;
      const until = Math.min(request.texts.length, request.next + turn);
      while (request.next < until) {
        const index = request.next;
        const length = tokenizeNext(this.#tokenizer, request, this.#scratch, this.#types, 0, this.#maxLength);
        const types = request.options.query === null ? null : this.#types.slice(0, length);
        this.#window.push({ request, index, ids: this.#scratch.slice(0, length), types });
      }
      if (request.next < request.texts.length) waiting.push(request);
    }
    const kind = ({ request: { options } }: Tokenized): number => options.dimensions * 2 + (options.normalize ? 1 : 0);
    this.#window.sort((first, second) => kind(first) - kind(second) || first.ids.length - second.ids.length);
  }
}
