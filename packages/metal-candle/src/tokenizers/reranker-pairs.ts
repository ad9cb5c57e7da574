/**
 * Pairs as some rerankers want them, where it is not as the tokenizer puts them together.
 *
 * A language model reads one text: what its template puts before and after is never cut, what it makes of the pair is. A decoder's classifier
 * reads the last token that is not padding: the tokenizer's own padding tokens at the end are dropped.
 */
import { ModelFileError } from "../errors.ts";
import type { ModelDescription, PairTemplate } from "../models/description.ts";
import type { TextTokenizer, Tokenizer } from "./tokenizer.ts";

/** The tokenizer that makes a reranker's batches: the model's own, unless it wants its pairs otherwise. */
export function pairTokenizer(
  tokenizer: Tokenizer,
  { pairTemplate, paddingId, maxLength }: Pick<ModelDescription, "pairTemplate" | "paddingId" | "maxLength">,
): TextTokenizer {
  if (pairTemplate !== null) return new TemplatedPairs(tokenizer, pairTemplate, maxLength);
  return paddingId === null ? tokenizer : new UnpaddedPairs(tokenizer, paddingId);
}

class TemplatedPairs implements TextTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #template: PairTemplate;
  readonly #before: Int32Array;
  readonly #after: Int32Array;

  /** @throws ModelFileError where the template alone is longer than `maxLength` */
  constructor(tokenizer: Tokenizer, template: PairTemplate, maxLength: number) {
    this.#tokenizer = tokenizer;
    this.#template = template;
    this.#before = ownIds(tokenizer, template.before);
    this.#after = ownIds(tokenizer, template.after);
    const least = this.#before.length + this.#after.length + tokenizer.specialTokens;
    if (least >= maxLength) {
      throw new ModelFileError(
        `The template around a pair is ${least} tokens, and the model's maximum length ${maxLength}: nothing is left for the pair.`,
      );
    }
  }

  get hasTypes(): boolean {
    return this.#tokenizer.hasTypes;
  }

  get truncated(): boolean {
    return this.#tokenizer.truncated;
  }

  encode(text: string, ids: Int32Array, offset: number, maxLength: number): number {
    return this.#tokenizer.encode(text, ids, offset, maxLength);
  }

  encodePair(
    first: string,
    second: string,
    ids: Int32Array,
    types: Int32Array,
    offset: number,
    maxLength: number,
  ): number {
    const around = this.#before.length + this.#after.length;
    ids.set(this.#before, offset);
    const start = offset + this.#before.length;
    const end = start + this.#tokenizer.encode(this.#template.pair(first, second), ids, start, maxLength - around);
    ids.set(this.#after, end);
    types.fill(0, offset, end + this.#after.length);
    return end + this.#after.length - offset;
  }

  writeTypes(types: Int32Array, offset: number, length: number): void {
    this.#tokenizer.writeTypes(types, offset, length);
  }
}

class UnpaddedPairs implements TextTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #paddingId: number;

  constructor(tokenizer: Tokenizer, paddingId: number) {
    this.#tokenizer = tokenizer;
    this.#paddingId = paddingId;
  }

  get hasTypes(): boolean {
    return this.#tokenizer.hasTypes;
  }

  get truncated(): boolean {
    return this.#tokenizer.truncated;
  }

  encode(text: string, ids: Int32Array, offset: number, maxLength: number): number {
    return this.#tokenizer.encode(text, ids, offset, maxLength);
  }

  encodePair(...given: Parameters<Tokenizer["encodePair"]>): number {
    const [, , ids, , offset] = given;
    let length = this.#tokenizer.encodePair(...given);
    while (length > 1 && ids[offset + length - 1] === this.#paddingId) length -= 1;
    return length;
  }

  writeTypes(types: Int32Array, offset: number, length: number): void {
    this.#tokenizer.writeTypes(types, offset, length);
  }
}

/** A text's ids without the special tokens around it. */
function ownIds(tokenizer: Tokenizer, text: string): Int32Array {
  const length = tokenizer.count(text);
  const ids = new Int32Array(length);
  tokenizer.encode(text, ids, 0, length);
  const { leadingSpecialTokens, specialTokens } = tokenizer;
  return ids.slice(leadingSpecialTokens, length - (specialTokens - leadingSpecialTokens));
}
