/**
 * The packer of encoders that take sequences end to end, without padding: texts as they come, tokenised straight into the batch.
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { BatchBuffers } from "./batch-buffers.ts";
import type { EncoderLimits } from "./packed-batch.ts";
import { dropTaken, tokenizeNext, turn, type Packer } from "./packer.ts";
import type { EmbedRequest } from "./request.ts";

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
