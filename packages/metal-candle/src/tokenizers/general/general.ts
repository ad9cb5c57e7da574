/**
 * The general path: any tokenizer.json that the Rust tokenizers run, step by step on strings. It is the reference for the fast paths
 * beside it, which serve the settings that they recognise; everything else comes here, at some hundred thousand tokens per second.
 */
import { UnsupportedModelError } from "../../errors.ts";
import { AddedTokens, resolveAddedTokens } from "../added-tokens.ts";
import type { TokenSource } from "../token-source.ts";
import type { TokenizerJson } from "../tokenizer-json.ts";
import { wellFormed } from "../unicode/code-points.ts";
import type { WordModel } from "./models/vocabulary.ts";
import { readWordModel } from "./models/word-model.ts";
import { readNormalizer, type Normalizer } from "./normalizers.ts";
import { readPreTokenizers, type PreTokenizers } from "./pre-tokenizers.ts";

/** Words are remembered up to this length in UTF-16 units, and this many of them. */
const longestRemembered = 64;
const mostRemembered = 1 << 15;

export class GeneralTokenizer implements TokenSource {
  readonly path = "general";
  readonly vocabularySize: number;
  readonly specialIds: ReadonlySet<number>;
  readonly #normalizer: Normalizer;
  readonly #preTokenizers: PreTokenizers;
  readonly #model: WordModel;
  readonly #rawTokens: AddedTokens;
  readonly #normalizedTokens: AddedTokens;
  readonly #remembered = new Map<string, readonly number[]>();

  /** @throws UnsupportedModelError for a part that is not supported, by its name; NotATokenizer for one that is damaged */
  constructor(json: TokenizerJson) {
    this.#normalizer = readNormalizer(json.normalizer);
    this.#preTokenizers = readPreTokenizers(json.preTokenizer);
    if (this.#preTokenizers.asksForStart && this.#normalizer.leading === null) {
      throw new UnsupportedModelError(
        'The tokenizer\'s pre-tokenizer Metaspace with "prepend_scheme": "first" is not supported behind a normaliser Prepend, or a ' +
          "Replace of more than one character for another.",
      );
    }
    this.#model = readWordModel(json.model);
    const { raw, normalized, largestId, specialIds } = resolveAddedTokens(
      json,
      this.#model.size,
      this.#model.idOf,
      this.#normalizer.apply,
    );
    this.specialIds = specialIds;
    this.#rawTokens = new AddedTokens(raw);
    this.#normalizedTokens = new AddedTokens(normalized);
    this.vocabularySize = 1 + Math.max(this.#model.largestId, largestId);
  }

  write(text: string, ids: Int32Array, offset: number, limit: number): number {
    const sound = wellFormed(text);
    const tokens: number[] = [];
    let start = 0;
    this.#rawTokens.search(sound);
    while (this.#rawTokens.next()) {
      this.#addSegment(sound.slice(start, this.#rawTokens.start), start === 0, tokens);
      tokens.push(this.#rawTokens.id);
      start = this.#rawTokens.end;
    }
    this.#addSegment(sound.slice(start), start === 0, tokens);
    for (let i = 0; i < tokens.length && i < limit; i++) ids[offset + i] = tokens[i]!;
    return tokens.length;
  }

  #addSegment(segment: string, first: boolean, tokens: number[]): void {
    if (segment === "") return;
    const text = this.#normalizer.apply(segment);
    const firstLength = segment.codePointAt(0)! > 0xffff ? 2 : 1;
    const leading = first && this.#preTokenizers.asksForStart ? this.#normalizer.leading!(segment, firstLength) : 0;
    let start = 0;
    this.#normalizedTokens.search(text);
    while (this.#normalizedTokens.next()) {
      this.#addWords(text.slice(start, this.#normalizedTokens.start), leading - start, tokens);
      tokens.push(this.#normalizedTokens.id);
      start = this.#normalizedTokens.end;
    }
    this.#addWords(text.slice(start), leading - start, tokens);
  }

  #addWords(text: string, leading: number, tokens: number[]): void {
    for (const word of this.#preTokenizers.apply(text, leading)) {
      if (word.length > longestRemembered) {
        this.#model.append(word, tokens);
        continue;
      }
      let ids = this.#remembered.get(word);
      if (ids === undefined) {
        const fresh: number[] = [];
        this.#model.append(word, fresh);
        if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
        this.#remembered.set(word, fresh);
        ids = fresh;
      }
      for (const id of ids) tokens.push(id);
    }
  }
}
