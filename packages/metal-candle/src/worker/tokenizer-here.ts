/**
 * The tokenizer on the page's side of a model that runs in a worker: for what is answered at once. A file of its own, fetched while the model
 * loads, so that a page's first script has no tokenizer in it. No part of the engine is here.
 */
import { promptOf } from "../engine/prompt-of.ts";
import { tokenIdsOf } from "../engine/text-tokens.ts";
import type { ModelInfo, PromptOptions } from "../engine/engine.ts";
import type { TokenizerFiles } from "../models/description.ts";
import { type TokenPlace, TokenPlaces } from "../tokenizers/offsets/token-places.ts";
import { openTokenizerNow } from "../tokenizers/open-tokenizer.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** Made when it is first asked something: many pages never ask. */
export class TokenizerHere {
  readonly #files: TokenizerFiles;
  #tokenizer: Tokenizer | null = null;
  #places: TokenPlaces | null = null;

  constructor(files: TokenizerFiles) {
    this.#files = files;
  }

  count(info: ModelInfo, text: string, options: PromptOptions): number {
    return this.#opened().count(promptOf(info, options) + text);
  }

  ids(info: ModelInfo, text: string, options: PromptOptions, specialTokens: boolean): Int32Array {
    return tokenIdsOf(this.#opened(), promptOf(info, options) + text, specialTokens);
  }

  places(info: ModelInfo, text: string, options: PromptOptions): TokenPlace[] {
    this.#places ??= new TokenPlaces(this.#files);
    return this.#places.of(promptOf(info, options) + text);
  }

  #opened(): Tokenizer {
    this.#tokenizer ??= openTokenizerNow(this.#files);
    return this.#tokenizer;
  }
}
