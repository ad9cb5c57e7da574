/**
 * A text on its way through normalisers that keeps, for each of its characters, which bytes of the original it stems from: the Rust tokenizers'
 * NormalizedString, whose rules of alignment (quirks included) decide what `start` and `stop` of a token are.
 *
 * Everything is by characters (code points): all bytes of one have the same place there, and no cut falls within one.
 */

/** A new character and what it stands for: 1, put in after the one before; 0, in place of one; −n, in place of one, and n behind it are gone. */
export type Change = readonly [character: string, change: number];

export class AlignedText {
  readonly characters: string[];
  /** Bytes of the original text, by character: [start, end). */
  readonly starts: number[];
  readonly ends: number[];
  /** What of the original this is a cut of. */
  readonly from: number;
  readonly to: number;

  constructor(characters: string[], starts: number[], ends: number[], from: number, to: number) {
    this.characters = characters;
    this.starts = starts;
    this.ends = ends;
    this.from = from;
    this.to = to;
  }

  static of(text: string): AlignedText {
    const characters = Array.from(text);
    const starts: number[] = [];
    const ends: number[] = [];
    let at = 0;
    for (const character of characters) {
      starts.push(at);
      at += bytesOf(character);
      ends.push(at);
    }
    return new AlignedText(characters, starts, ends, 0, at);
  }

  get text(): string {
    return this.characters.join("");
  }

  /** characters[start … end − 1]. */
  slice(start: number, end: number): AlignedText {
    const { characters, starts, ends } = this;
    const [from, to] = start < end ? [starts[start]!, ends[end - 1]!] : [this.from + start, this.from + end];
    return new AlignedText(characters.slice(start, end), starts.slice(start, end), ends.slice(start, end), from, to);
  }

  /** The cuts at ranges of UTF-16 units. */
  cutAt(ranges: readonly (readonly [number, number])[]): AlignedText[] {
    const place = placesOf(this.characters);
    return ranges.map(([start, end]) => this.slice(place(start), place(end)));
  }

  /** The whole as `changes` say, of which the first `gone` characters are taken away. */
  transform(changes: readonly Change[], gone = 0): AlignedText {
    const { starts, ends, from, to } = this;
    // Rust looks for the whole by its place in the original, and does not find what has none.
    let first = -1;
    let last = 0;
    for (let i = 0; i < starts.length && to >= ends[i]!; i++) {
      if (first < 0 && from <= starts[i]! && starts[i] !== ends[i]) first = i;
      last = i + 1;
    }
    if (from === to) [first, last] = [0, 0];
    else if (first < 0 && last === 0) return this;
    return this.transformPart(first < 0 ? last : first, Math.max(last, first), changes, gone);
  }

  /** The same of characters[start … end − 1]. */
  transformPart(start: number, end: number, changes: readonly Change[], gone = 0): AlignedText {
    const [characters, starts, ends]: [string[], number[], number[]] = [[], [], []];
    let at = Math.min(start + gone, end);
    for (const [character, change] of changes) {
      const place = Math.min(change > 0 ? at - 1 : at, this.starts.length - 1);
      characters.push(character);
      starts.push(place < 0 ? this.from : this.starts[place]!);
      ends.push(place < 0 ? this.from : this.ends[place]!);
      if (change <= 0) at = Math.min(at + 1 - change, Math.max(at, end));
    }
    const around = <T>(all: readonly T[], part: readonly T[]): T[] => [
      ...all.slice(0, start),
      ...part,
      ...all.slice(end),
    ];
    return new AlignedText(
      around(this.characters, characters),
      around(this.starts, starts),
      around(this.ends, ends),
      this.from,
      this.to,
    );
  }

  /** Without the characters that `keeps` does not keep. */
  filter(keeps: (character: string) => boolean): AlignedText {
    const changes: [string, number][] = [];
    let gone = 0;
    for (const character of this.characters) {
      if (keeps(character)) changes.push([character, 0]);
      else if (changes.length === 0) gone++;
      else changes.at(-1)![1]--;
    }
    return this.transform(changes, gone);
  }

  /** Each character as the characters that `become` makes of it, at least one. */
  map(become: (character: string) => string): AlignedText {
    const changes: Change[] = [];
    for (const character of this.characters) {
      let change = 0;
      for (const one of become(character)) {
        changes.push([one, change]);
        change = 1;
      }
    }
    return this.transform(changes);
  }

  prepend(text: string): AlignedText {
    const [next] = this.characters;
    if (next === undefined) return this;
    const changes = Array.from(text, (character, i): Change => [character, i === 0 ? 0 : 1]);
    return this.transformPart(0, 1, [...changes, [next, 1]]);
  }

  /** `content` in place of each of `ranges`, in UTF-16 units and ascending. */
  replace(ranges: Iterable<readonly [number, number]>, content: string): AlignedText {
    const place = placesOf(this.characters);
    const [characters, starts, ends]: [string[], number[], number[]] = [[], [], []];
    let from = 0;
    const copy = (to: number): void => {
      for (; from < to; from++) {
        characters.push(this.characters[from]!);
        starts.push(this.starts[from]!);
        ends.push(this.ends[from]!);
      }
    };
    for (const [start, end] of ranges) {
      copy(place(start));
      from = place(end);
      for (const character of content) {
        characters.push(character);
        starts.push(from === 0 ? this.from : this.starts[from - 1]!);
        ends.push(from === 0 ? this.from : this.ends[from - 1]!);
      }
    }
    copy(this.characters.length);
    return new AlignedText(characters, starts, ends, this.from, this.to);
  }
}

/** Bytes of a character in UTF-8. */
export function bytesOf(character: string): number {
  const c = character.codePointAt(0)!;
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/** From places in UTF-16 units to those by character. */
function placesOf(characters: readonly string[]): (unit: number) => number {
  const places = new Int32Array(characters.reduce((sum, { length }) => sum + length, 0) + 1);
  let unit = 0;
  for (const [i, { length }] of characters.entries()) {
    places[unit] = i;
    unit += length;
  }
  places[unit] = characters.length;
  return (at) => places[at]!;
}
