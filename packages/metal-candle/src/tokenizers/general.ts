/**
 * The general path: what our own exact paths do not know (NFKC before WordPiece, byte fallback, …), by @huggingface/tokenizers.
 *
 * It allocates per text and runs at about half a million tokens a second. The library only normalises, pre-tokenises and runs the
 * model; added tokens, special tokens and truncation are ours, because the library's own ways with them differ from the Rust
 * tokenizers. Components that it is known to run differently are refused by name. What is left are single characters: the library
 * follows the Unicode version of the JavaScript engine, Rust its own.
 */
import type { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { UnsupportedModelError } from "../errors.ts";
import { oneLine } from "../json.ts";
import { AddedTokens, resolveAddedTokens } from "./added-tokens.ts";
import type { TokenSource } from "./token-source.ts";
import { isObject } from "./tokenizer-json.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";
import { wellFormed } from "./unicode/code-points.ts";

/** The library takes any other type for a model of its own making. */
const MODELS: ReadonlySet<string> = new Set(["WordPiece", "Unigram", "BPE"]);

/**
 * @throws UnsupportedModelError when the library cannot run a component, or runs it differently; the message names it.
 */
export async function openGeneral(json: TokenizerJson): Promise<TokenSource> {
  if (!MODELS.has(json.model.type)) {
    throw new UnsupportedModelError(
      `The tokenizer's model "${json.model.type}" is not supported (${[...MODELS].join(", ")} are).`,
    );
  }
  refuseKnownDifferences(json.preTokenizer, json.model.type);
  // Loaded when a tokenizer needs it: few do.
  const { Tokenizer } = await import("@huggingface/tokenizers");
  let tokenizer: HuggingFaceTokenizer;
  try {
    const { model, normalizer, preTokenizer } = json;
    tokenizer = new Tokenizer(
      { model, added_tokens: [], normalizer, pre_tokenizer: preTokenizer, post_processor: null, decoder: null },
      {},
    );
  } catch (cause) {
    throw new UnsupportedModelError(
      `The tokenizer (model type "${json.model.type}") has a part that is not supported: ${oneLine((cause as Error).message)}`,
      { cause },
    );
  }
  return new General(tokenizer, json);
}

class General implements TokenSource {
  readonly path = "general";
  readonly vocabularySize: number;
  private readonly tokenizer: HuggingFaceTokenizer;
  private readonly rawTokens: AddedTokens;
  private readonly normalizedTokens: AddedTokens;

  constructor(tokenizer: HuggingFaceTokenizer, json: TokenizerJson) {
    this.tokenizer = tokenizer;
    const vocabulary = tokenizer.get_vocab();
    const { raw, normalized } = resolveAddedTokens(
      json.addedTokens,
      vocabulary.size,
      (content) => vocabulary.get(content),
      (content) => this.normalize(content),
    );
    this.rawTokens = new AddedTokens(raw);
    this.normalizedTokens = new AddedTokens(normalized);
    let largest = 0;
    for (const id of vocabulary.values()) largest = Math.max(largest, id);
    for (const { id } of [...raw, ...normalized]) largest = Math.max(largest, id);
    this.vocabularySize = largest + 1;
  }

  write(text: string, ids: Int32Array, offset: number, limit: number): number {
    const sound = wellFormed(text);
    const tokens: number[] = [];
    let start = 0;
    this.rawTokens.search(sound);
    while (this.rawTokens.next()) {
      this.addSegment(sound.slice(start, this.rawTokens.start), start === 0, tokens);
      tokens.push(this.rawTokens.id);
      start = this.rawTokens.end;
    }
    this.addSegment(sound.slice(start), start === 0, tokens);
    for (let i = 0; i < tokens.length && i < limit; i++) ids[offset + i] = tokens[i]!;
    return tokens.length;
  }

  private normalize(text: string): string {
    return this.tokenizer.normalizer === null ? text : this.tokenizer.normalizer.normalize(text);
  }

  private addSegment(segment: string, first: boolean, tokens: number[]): void {
    const text = this.normalize(segment);
    let start = 0;
    this.normalizedTokens.search(text);
    while (this.normalizedTokens.next()) {
      this.addWords(text.slice(start, this.normalizedTokens.start), first && start === 0, tokens);
      tokens.push(this.normalizedTokens.id);
      start = this.normalizedTokens.end;
    }
    this.addWords(text.slice(start), first && start === 0, tokens);
  }

  private addWords(text: string, first: boolean, tokens: number[]): void {
    if (text === "") return;
    const { pre_tokenizer: preTokenizer, model } = this.tokenizer;
    const words = preTokenizer === null ? [text] : preTokenizer.pre_tokenize(text, { section_index: first ? 0 : 1 });
    for (const token of model!(words)) {
      const id = model!.tokens_to_ids.get(token) ?? model!.unk_token_id;
      if (id !== undefined) tokens.push(id);
    }
  }
}

/**
 * What the library is known to do differently: it reads no `behavior` of Punctuation and only two of Split, and Metaspace never
 * splits, which only a Unigram model makes good again.
 */
function refuseKnownDifferences(preTokenizer: unknown, modelType: string): void {
  if (!isObject(preTokenizer)) return;
  const { type, behavior, split, pretokenizers } = preTokenizer;
  if (Array.isArray(pretokenizers)) {
    for (const component of pretokenizers) refuseKnownDifferences(component, modelType);
  }
  const differs =
    (type === "Punctuation" && behavior !== "Contiguous") ||
    (type === "Split" && behavior !== "Isolated" && behavior !== "Removed") ||
    (type === "Metaspace" && split !== false && modelType !== "Unigram");
  if (differs) {
    throw new UnsupportedModelError(
      `The tokenizer's pre-tokenizer ${JSON.stringify(preTokenizer)} is not supported for a ${modelType} model.`,
    );
  }
}
