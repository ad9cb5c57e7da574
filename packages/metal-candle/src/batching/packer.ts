/**
 * A packer turns waiting requests into batches: what both kinds of it share. Texts are tokenised here, one batch ahead of the
 * device; requests are visited in turn, so that a single query does not wait behind a hundred thousand passages.
 */
import type { TextTokenizer } from "../tokenizers/tokenizer.ts";
import type { BatchBuffers } from "./batch-buffers.ts";
import type { EncoderLimits } from "../encoder/encoder.ts";
import type { EmbedRequest } from "./request.ts";

export interface Packer {
  /** Fills `batch` from the waiting requests, at most `tokens` tokens; false when there was nothing to take. */
  fill(batch: BatchBuffers, waiting: EmbedRequest[], limits: EncoderLimits, tokens: number): boolean;
}

/** Texts taken from one request before the next has its turn. */
export const turn = 32;

/** Removes requests that are over or fully taken. */
export function dropTaken(waiting: EmbedRequest[]): void {
  let kept = 0;
  for (const request of waiting) if (!request.isTaken) waiting[kept++] = request;
  waiting.length = kept;
}

/**
 * Tokenises the next text or pair of a request at ids[offset…]; notes its length and whether it was cut. Where the tokenizer throws,
 * the request fails, and no other: then −1.
 */
export function tokenizeNext(
  tokenizer: TextTokenizer,
  request: EmbedRequest,
  ids: Int32Array,
  types: Int32Array,
  offset: number,
  maxLength: number,
): number {
  const index = request.next++;
  const { prompt, query } = request.options;
  const text = prompt === "" ? request.texts[index] : prompt + request.texts[index];
  try {
    const length =
      query === null
        ? tokenizer.encode(text, ids, offset, maxLength)
        : tokenizer.encodePair(query, text, ids, types, offset, maxLength);
    request.tokenCounts[index] = length;
    if (tokenizer.truncated) request.truncated.push(index);
    return length;
  } catch (error) {
    request.fail(error);
    return -1;
  }
}
