/**
 * A Tokenizer made of a TokenSource (a text's own ids) and a Frame (the special tokens around it): truncation and pairs, once
 * for all implementations.
 *
 * Nothing is allocated per text. Truncation follows Hugging Face's `longest_first`, from the right, without stride.
 */
import { InvalidArgumentError } from "../errors.ts";
import type { Frame, SpecialTokens } from "./frame.ts";
import type { TokenSource } from "./token-source.ts";
import type { Tokenizer } from "./tokenizer.ts";

export interface FrameSettings {
  readonly sendsTokenTypes: boolean;
  /** Too long a text loses its beginning. */
  readonly truncatesLeft: boolean;
}

export class FramedTokenizer implements Tokenizer {
  readonly path: string;
  readonly specialTokens: number;
  readonly pairSpecialTokens: number;
  readonly leadingSpecialTokens: number;
  readonly vocabularySize: number;
  readonly hasTypes: boolean;
  readonly tokenTypes: { readonly single: number; readonly pair: number };
  truncated = false;
  #idLimit = Infinity;
  readonly #source: TokenSource;
  readonly #frame: Frame;
  readonly #settings: FrameSettings;
  /** Texts of which it is not known yet what stays. Both grow to the longest text seen and shrink again. */
  #first = new Int32Array(usualScratch);
  #second = new Int32Array(usualScratch);

  constructor(source: TokenSource, frame: Frame, settings: FrameSettings) {
    this.#source = source;
    this.#frame = settings.sendsTokenTypes ? frame : withoutTypes(frame);
    this.#settings = settings;
    const { single, pair } = this.#frame;
    this.path = source.path;
    this.leadingSpecialTokens = single.before.ids.length;
    this.specialTokens = single.before.ids.length + single.after.ids.length;
    this.pairSpecialTokens = pair.before.ids.length + pair.between.ids.length + pair.after.ids.length;
    const around = [single.before, single.after, pair.before, pair.between, pair.after];
    this.vocabularySize = around.reduce(
      (size, tokens) => tokens.ids.reduce((most, id) => Math.max(most, id + 1), size),
      source.vocabularySize,
    );
    this.tokenTypes = {
      single: typesOf([single.before, single.after], single.type),
      pair: typesOf([pair.before, pair.between, pair.after], pair.firstType, pair.secondType),
    };
    this.hasTypes = this.tokenTypes.single > 1;
  }

  encode(text: string, ids: Int32Array, offset: number, maxLength: number): number {
    const { before, after } = this.#frame.single;
    const room = this.#roomFor(maxLength, this.specialTokens, ids, offset);
    const start = copy(before.ids, ids, offset);
    let tokens = this.#source.write(text, ids, start, room);
    this.truncated = tokens > room;
    if (this.truncated) {
      if (this.#settings.truncatesLeft) {
        tokens = this.#writeFirst(text);
        ids.set(this.#first.subarray(tokens - room, tokens), start);
        this.#first = shrunk(this.#first);
      }
      tokens = room;
    }
    const end = copy(after.ids, ids, start + tokens);
    this.#checkIds(ids, offset, end);
    return end - offset;
  }

  encodePair(
    first: string,
    second: string,
    ids: Int32Array,
    types: Int32Array,
    offset: number,
    maxLength: number,
  ): number {
    const { before, between, after, firstType, secondType } = this.#frame.pair;
    const room = this.#roomFor(maxLength, this.pairSpecialTokens, ids, offset);
    const start = offset + before.ids.length;
    if (this.#second.length < room) this.#second = new Int32Array(room);
    let firstTokens = this.#source.write(first, ids, start, room);
    let secondTokens = this.#source.write(second, this.#second, 0, room);
    let secondFrom = 0;
    this.truncated = firstTokens + secondTokens > room;
    if (this.truncated) {
      const { truncatesLeft } = this.#settings;
      // The longer one gets the odd token: only now it matters by how much each is longer than the room.
      if (truncatesLeft || (firstTokens > room && secondTokens > room && room % 2 === 1)) {
        firstTokens = this.#writeFirst(first);
        secondTokens = this.#writeSecond(second);
      }
      const keptOfFirst = longestFirst(firstTokens, secondTokens, room);
      if (truncatesLeft) {
        ids.set(this.#first.subarray(firstTokens - keptOfFirst, firstTokens), start);
        secondFrom = secondTokens - (room - keptOfFirst);
      }
      firstTokens = keptOfFirst;
      secondTokens = room - keptOfFirst;
    }
    copyTypes(before, types, offset);
    copy(before.ids, ids, offset);
    let end = start + firstTokens;
    types.fill(firstType, start, end);
    copyTypes(between, types, end);
    end = copy(between.ids, ids, end);
    ids.set(this.#second.subarray(secondFrom, secondFrom + secondTokens), end);
    types.fill(secondType, end, end + secondTokens);
    end += secondTokens;
    copyTypes(after, types, end);
    [this.#first, this.#second] = [shrunk(this.#first), shrunk(this.#second)];
    end = copy(after.ids, ids, end);
    this.#checkIds(ids, offset, end);
    return end - offset;
  }

  refuseIdsFrom(limit: number): void {
    this.#idLimit = limit;
  }

  writeTypes(types: Int32Array, offset: number, length: number): void {
    const { before, after, type } = this.#frame.single;
    copyTypes(before, types, offset);
    types.fill(type, offset + before.ids.length, offset + length - after.ids.length);
    copyTypes(after, types, offset + length - after.ids.length);
  }

  count(text: string): number {
    const tokens = this.#writeFirst(text);
    this.#first = shrunk(this.#first);
    return tokens + this.specialTokens;
  }

  promptLength(prompt: string, maxLength: number): number {
    const ids = new Int32Array(maxLength);
    const length = this.encode(prompt, ids, 0, maxLength);
    const endsSpecial = length > 0 && this.#source.specialIds.has(ids[length - 1]!);
    return endsSpecial ? length - 1 : length;
  }

  /** All ids of a text into #first; returns how many. */
  #writeFirst(text: string): number {
    for (;;) {
      const tokens = this.#source.write(text, this.#first, 0, this.#first.length);
      if (tokens <= this.#first.length) return tokens;
      this.#first = new Int32Array(this.#first.length * 4);
    }
  }

  #writeSecond(text: string): number {
    for (;;) {
      const tokens = this.#source.write(text, this.#second, 0, this.#second.length);
      if (tokens <= this.#second.length) return tokens;
      this.#second = new Int32Array(this.#second.length * 4);
    }
  }

  #checkIds(ids: Int32Array, start: number, end: number): void {
    if (this.#idLimit >= this.vocabularySize) return;
    for (let at = start; at < end; at++) {
      if (ids[at]! < this.#idLimit) continue;
      throw new InvalidArgumentError(
        `A text has the token id ${ids[at]}, for which the model's word table of ${this.#idLimit} rows has none.`,
      );
    }
  }

  #roomFor(maxLength: number, specialTokens: number, ids: Int32Array, offset: number): number {
    if (maxLength < specialTokens) {
      throw new InvalidArgumentError(
        `maxLength is ${maxLength}; it must be at least ${specialTokens}, the number of special tokens.`,
      );
    }
    if (offset + maxLength > ids.length) {
      throw new InvalidArgumentError(
        `The array holds ${ids.length} ids; ${offset} + maxLength ${maxLength} do not fit.`,
      );
    }
    return maxLength - specialTokens;
  }
}

/** 1 + the largest type. */
function typesOf(tokens: readonly SpecialTokens[], ...ofTexts: number[]): number {
  return tokens.reduce((most, { types }) => types.reduce((a, b) => Math.max(a, b + 1), most), 1 + Math.max(...ofTexts));
}

const usualScratch = 512;
/** Scratch above this is not kept from one text to the next. */
const largestScratch = 1 << 16;

function shrunk(scratch: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  return scratch.length > largestScratch ? new Int32Array(usualScratch) : scratch;
}

/** The same frame for a model that is given no token types. */
function withoutTypes({ single, pair }: Frame): Frame {
  const plain = ({ ids }: SpecialTokens): SpecialTokens => ({ ids, types: new Int32Array(ids.length) });
  return {
    single: { before: plain(single.before), after: plain(single.after), type: 0 },
    pair: {
      before: plain(pair.before),
      between: plain(pair.between),
      after: plain(pair.after),
      firstType: 0,
      secondType: 0,
    },
  };
}

/**
 * How many tokens of the first text `longest_first` keeps, where both together are more than `room`
 * (tokenizers, utils/truncation.rs): the shorter one stays whole if it is at most half, else both are cut to halves, of which
 * the longer text gets the odd token, the second one where both are as long.
 */
export function longestFirst(first: number, second: number, room: number): number {
  const shorter = Math.min(first, second);
  const half = Math.floor(room / 2);
  const keptOfShorter = shorter > half ? half : shorter;
  return first > second ? room - keptOfShorter : keptOfShorter;
}

function copy(from: Int32Array, to: Int32Array, offset: number): number {
  for (let i = 0; i < from.length; i++) to[offset + i] = from[i]!;
  return offset + from.length;
}

function copyTypes(tokens: SpecialTokens, types: Int32Array, offset: number): void {
  copy(tokens.types, types, offset);
}
