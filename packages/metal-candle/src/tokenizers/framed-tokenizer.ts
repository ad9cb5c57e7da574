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

export class FramedTokenizer implements Tokenizer {
  readonly path: string;
  readonly specialTokens: number;
  readonly pairSpecialTokens: number;
  readonly leadingSpecialTokens: number;
  readonly vocabularySize: number;
  truncated = false;
  private readonly source: TokenSource;
  private readonly frame: Frame;
  /** The second text of a pair until it is known how much of the first one stays, or a counted text. Grows to the longest seen. */
  private scratch = new Int32Array(512);

  constructor(source: TokenSource, frame: Frame) {
    this.source = source;
    this.frame = frame;
    const { single, pair } = frame;
    this.path = source.path;
    this.leadingSpecialTokens = single.before.ids.length;
    this.specialTokens = single.before.ids.length + single.after.ids.length;
    this.pairSpecialTokens = pair.before.ids.length + pair.between.ids.length + pair.after.ids.length;
    this.vocabularySize = [single.before, single.after, pair.before, pair.between, pair.after].reduce(
      (size, tokens) => tokens.ids.reduce((most, id) => Math.max(most, id + 1), size),
      source.vocabularySize,
    );
  }

  encode(text: string, ids: Int32Array, offset: number, maxLength: number): number {
    const { before, after } = this.frame.single;
    const room = this.roomFor(maxLength, this.specialTokens, ids, offset);
    let end = copy(before.ids, ids, offset);
    const tokens = this.source.write(text, ids, end, room);
    this.truncated = tokens > room;
    end += this.truncated ? room : tokens;
    return copy(after.ids, ids, end) - offset;
  }

  encodePair(
    first: string,
    second: string,
    ids: Int32Array,
    types: Int32Array,
    offset: number,
    maxLength: number,
  ): number {
    const { before, between, after, firstType, secondType } = this.frame.pair;
    const room = this.roomFor(maxLength, this.pairSpecialTokens, ids, offset);
    if (this.scratch.length < room) this.scratch = new Int32Array(room);
    const start = offset + before.ids.length;
    let firstTokens = this.source.write(first, ids, start, room);
    let secondTokens = this.source.write(second, this.scratch, 0, room);
    this.truncated = firstTokens + secondTokens > room;
    if (this.truncated) {
      if (firstTokens > room && secondTokens > room && room % 2 === 1) {
        // The longer one gets the odd token: only now it matters by how much each is longer than the room.
        firstTokens = this.countTokens(first);
        secondTokens = this.countTokens(second);
        this.source.write(second, this.scratch, 0, room);
      }
      firstTokens = longestFirst(firstTokens, secondTokens, room);
      secondTokens = room - firstTokens;
    }
    copyTypes(before, types, offset);
    copy(before.ids, ids, offset);
    let end = start + firstTokens;
    types.fill(firstType, start, end);
    copyTypes(between, types, end);
    end = copy(between.ids, ids, end);
    for (let i = 0; i < secondTokens; i++) ids[end + i] = this.scratch[i]!;
    types.fill(secondType, end, end + secondTokens);
    end += secondTokens;
    copyTypes(after, types, end);
    return copy(after.ids, ids, end) - offset;
  }

  count(text: string): number {
    return this.countTokens(text) + this.specialTokens;
  }

  private countTokens(text: string): number {
    for (;;) {
      const tokens = this.source.write(text, this.scratch, 0, this.scratch.length);
      if (tokens <= this.scratch.length) return tokens;
      this.scratch = new Int32Array(this.scratch.length * 4);
    }
  }

  private roomFor(maxLength: number, specialTokens: number, ids: Int32Array, offset: number): number {
    if (maxLength < specialTokens) {
      throw new InvalidArgumentError(
        `maxLength is ${maxLength}, and the special tokens alone are ${specialTokens}: ask for at least that many tokens.`,
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
