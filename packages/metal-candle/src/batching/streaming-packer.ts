/**
 * The packer of encoders that take sequences end to end, without padding: texts as they come, tokenised straight into the batch.
 */
import type { TextTokenizer } from "../tokenizers/tokenizer.ts";
import type { BatchBuffers } from "./batch-buffers.ts";
import type { EncoderLimits } from "../encoder/encoder.ts";
import { dropTaken, tokenizeNext, turn, type Packer } from "./packer.ts";
import type { EmbedRequest } from "./request.ts";

export class StreamingPacker implements Packer {
  readonly #tokenizer: TextTokenizer;
  readonly #maxLength: number;

  constructor(tokenizer: TextTokenizer, maxLength: number) {
    this.#tokenizer = tokenizer;
    this.#maxLength = maxLength;
  }

  fill(batch: BatchBuffers, waiting: EmbedRequest[], limits: EncoderLimits, tokens: number): boolean {
    dropTaken(waiting);
    const first = waiting.find(({ hasTexts }) => hasTexts);
    if (!first) return false;
    batch.begin(first);
    // A text is tokenised in place, before its length is known: it must fit whole.
    const most = batch.perToken ? Math.min(tokens, limits.perTokenBudget) : tokens;
    const lastStart = Math.max(0, most - this.#maxLength);
    const isFull = (): boolean => batch.tokens > lastStart || batch.sequences >= limits.maxSequences;
    while (!isFull()) {
      const request = waiting.find((candidate) => candidate.hasTexts && candidate.sharesBatchWith(first));
      if (!request) break;
      const started = performance.now();
      for (let taken = 0; taken < turn && request.hasTexts && !isFull(); taken++) this.#take(batch, request);
      request.stopwatch.tokenized(performance.now() - started);
      // To the back of the line.
      waiting.splice(waiting.indexOf(request), 1);
      waiting.push(request);
    }
    dropTaken(waiting);
    if (batch.sequences > 0) return true;
    // The tokenizer threw at the first text of the only call of its kind; calls of another kind have had no turn yet.
    return waiting.some(({ hasTexts }) => hasTexts) && this.fill(batch, waiting, limits, tokens);
  }

  /** Adds one text: of a block that a thread has tokenised, if there is one, or tokenised here. */
  #take(batch: BatchBuffers, request: EmbedRequest): void {
    const ready = request.ready[0];
    if (!ready) {
      const index = request.next;
      const { inputIds, types, tokens } = batch;
      const length = tokenizeNext(this.#tokenizer, request, inputIds, types, tokens, this.#maxLength);
      if (length < 0) return;
      if (request.options.query === null && this.#tokenizer.hasTypes) this.#tokenizer.writeTypes(types, tokens, length);
      batch.add(request, index, length);
      return;
    }
    const { block, first, taken, offset } = ready;
    const length = block.lengths[taken];
    const index = first + taken;
    batch.inputIds.set(block.ids.subarray(offset, offset + length), batch.tokens);
    if (this.#tokenizer.hasTypes) this.#tokenizer.writeTypes(batch.types, batch.tokens, length);
    request.tokenCounts[index] = length;
    if (block.truncated[taken] === 1) request.truncated.push(index);
    ready.taken += 1;
    ready.offset += length;
    if (ready.taken === block.lengths.length) request.ready.shift();
    batch.add(request, index, length);
  }
}
