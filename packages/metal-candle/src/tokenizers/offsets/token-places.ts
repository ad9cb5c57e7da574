/**
 * Where the tokens of a text stand in it, as the Rust tokenizers tell it and servers such as text-embeddings-inference pass on.
 *
 * A pass of its own, by the general path's steps: the fast paths keep no places, and nobody needs them for a vector. Whoever asks compares its ids
 * with those of the tokenizer in use: it is the proof that this pass read the text as that one did.
 */
import type { TokenizerFiles } from "../../models/description.ts";
import { parseJson } from "../../json.ts";
import { AddedTokens, resolveAddedTokens } from "../added-tokens.ts";
import { byteCharacters } from "../byte-characters.ts";
import { rebuildTokenizer } from "../classes/rebuild.ts";
import { readNormalizer } from "../general/normalizers.ts";
import type { WordModel } from "../general/models/vocabulary.ts";
import { readWordModel } from "../general/models/word-model.ts";
import { isObject, readTokenizerJson } from "../tokenizer-json.ts";
import type { TokenizerJson } from "../tokenizer-json.ts";
import { isWhiteSpace, wellFormed } from "../unicode/code-points.ts";
import { AlignedText, bytesOf } from "./aligned-text.ts";
import { type AlignedNormalizer, readAlignedNormalizer } from "./normalizers.ts";
import { type AlignedPreTokenizer, readAlignedPreTokenizers } from "./pre-tokenizers.ts";

/** A token of a text's own, without those that are put around it. */
export interface TokenPlace {
  readonly id: number;
  /** Bytes of the text in UTF-8 [start, end), or characters, as asked. */
  readonly start: number;
  readonly end: number;
}

export type PlaceUnit = "byte" | "character";

/** How the post-processor takes white space out of tokens' places; null: not at all. */
interface Trimming {
  readonly addsPrefixSpace: boolean;
}

export class TokenPlaces {
  readonly #normalizer: AlignedNormalizer;
  readonly #preTokenizers: AlignedPreTokenizer;
  readonly #model: WordModel;
  readonly #rawTokens: AddedTokens;
  readonly #normalizedTokens: AddedTokens;
  readonly #names: ReadonlyMap<number, string>;
  readonly #trimmings: readonly Trimming[];

  /** @throws as openTokenizer does, for the same files */
  constructor(files: TokenizerFiles) {
    const given = readTokenizerJson(parseJson(files.json, files.path ?? "tokenizer.json"));
    const json = rebuildTokenizer(given, files);
    this.#normalizer = readAlignedNormalizer(json.normalizer);
    this.#preTokenizers = readAlignedPreTokenizers(json.preTokenizer);
    this.#model = readWordModel(json.model);
    const { raw, normalized } = resolveAddedTokens(
      json,
      this.#model.size,
      this.#model.idOf,
      readNormalizer(json.normalizer).apply,
    );
    this.#rawTokens = new AddedTokens(raw);
    this.#normalizedTokens = new AddedTokens(normalized);
    this.#names = namesOf(json);
    // The classes that are rebuilt leave this out, since it concerns no id.
    this.#trimmings = trimmingsOf(given.postProcessor);
  }

  /** In the order of the ids; white space that the tokenizer counts to a token is left out of its place where the file says so. */
  of(text: string, unit: PlaceUnit = "byte"): TokenPlace[] {
    const sound = wellFormed(text);
    const places: Place[] = [];
    const whole = AlignedText.of(sound);
    for (const part of aroundTokens(this.#rawTokens, sound)) {
      const cut = whole.cutAt([part.range])[0]!;
      if (part.id !== null) places.push({ id: part.id, name: cut.text, start: cut.from, end: cut.to });
      else this.#addSegment(cut, places);
    }
    if (unit === "character") inCharacters(places, sound);
    for (const trimming of this.#trimmings) trim(places, trimming);
    return places.map(({ id, start, end }) => ({ id, start, end }));
  }

  #addSegment(segment: AlignedText, places: Place[]): void {
    if (segment.characters.length === 0) return;
    const normal = this.#normalizer(segment);
    for (const part of aroundTokens(this.#normalizedTokens, normal.text)) {
      const cut = normal.cutAt([part.range])[0]!;
      if (cut.characters.length === 0) continue;
      if (part.id !== null) places.push({ id: part.id, name: cut.text, start: cut.from, end: cut.to });
      else for (const word of this.#preTokenizers(cut)) this.#addWord(word, places);
    }
  }

  #addWord(word: AlignedText, places: Place[]): void {
    const ids: number[] = [];
    const ends: number[] = [];
    this.#model.append(word.text, ids, ends);
    // By byte of the word, which character it is of.
    const owners: number[] = [];
    word.characters.forEach((character, i) => {
      for (let byte = bytesOf(character); byte > 0; byte--) owners.push(i);
    });
    ids.forEach((id, i) => {
      const [first, last] = [ends[2 * i]!, ends[2 * i + 1]!];
      const name = this.#names.get(id) ?? "";
      const isThere = first < last && last <= owners.length;
      const start = isThere ? word.starts[owners[first]!]! : word.from + first;
      const end = isThere ? word.ends[owners[last - 1]!]! : word.from + last;
      places.push({ id, name, start, end });
    });
  }
}

interface Place {
  readonly id: number;
  readonly name: string;
  start: number;
  end: number;
}

/** The added tokens of a text and what lies around them, in order. */
function aroundTokens(tokens: AddedTokens, text: string): { range: readonly [number, number]; id: number | null }[] {
  const parts: { range: readonly [number, number]; id: number | null }[] = [];
  let start = 0;
  tokens.search(text);
  while (tokens.next()) {
    if (start < tokens.start) parts.push({ range: [start, tokens.start], id: null });
    parts.push({ range: [tokens.start, tokens.end], id: tokens.id });
    start = tokens.end;
  }
  if (start < text.length) parts.push({ range: [start, text.length], id: null });
  return parts;
}

function inCharacters(places: readonly Place[], text: string): void {
  const characters: number[] = [];
  let count = 0;
  for (const character of text) {
    for (let byte = bytesOf(character); byte > 0; byte--) characters.push(count);
    count++;
  }
  for (const place of places) {
    const start = characters[place.start];
    if (start === undefined) continue;
    place.end = characters[place.end] ?? (characters[place.end - 1] ?? start) + 1;
    place.start = start;
  }
}

/** Space as byte-level vocabularies write it. */
const spaceCharacter = byteCharacters[0x20]!;

function trim(places: readonly Place[], { addsPrefixSpace }: Trimming): void {
  places.forEach((place, i) => {
    const characters = Array.from(place.name);
    const isSpace = (character: string): boolean =>
      character === spaceCharacter || isWhiteSpace(character.codePointAt(0)!);
    const first = characters.findIndex((character) => !isSpace(character));
    let leading = first < 0 ? characters.length : first;
    const trailing = characters.length - 1 - characters.findLastIndex((character) => !isSpace(character));
    if (leading > 0) {
      // The space that was put before the text is not part of it.
      if (addsPrefixSpace && (i === 0 || place.start === 0)) leading--;
      place.start = Math.min(place.start + leading, place.end);
    }
    if (trailing > 0 && place.end >= trailing) place.end = Math.max(place.end - trailing, place.start);
  });
}

function trimmingsOf(processor: unknown): Trimming[] {
  if (!isObject(processor)) return [];
  const { type, processors } = processor;
  if (type === "Sequence" && Array.isArray(processors)) return processors.flatMap(trimmingsOf);
  if ((type !== "ByteLevel" && type !== "RobertaProcessing") || processor["trim_offsets"] === false) return [];
  return [{ addsPrefixSpace: processor["add_prefix_space"] !== false }];
}

function namesOf({ model: { vocab } }: TokenizerJson): Map<number, string> {
  return Array.isArray(vocab)
    ? new Map(vocab.map((entry: unknown, id) => [id, String((entry as unknown[])[0])]))
    : new Map(Object.entries(vocab as Record<string, number>).map(([name, id]) => [id, name]));
}
