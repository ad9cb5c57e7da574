/**
 * Text put together from pieces of a file, which remembers where each of them stood: so that a line number beside it is the file's.
 *
 * For parsers of formats whose file is not its own text (HTML, CSV, mail). An origin is an offset (UTF-16) in the decoded file. A
 * piece that stands in the file as it is advances with it; a piece that the parser made (a list's dash, a column's name before its
 * value) stands where its neighbour does. Runs are kept as plain numbers: there is one for every few words of a file.
 */

export class SourcedText {
  #text: string;
  /** Of each run two numbers: its offset, then twice its origin, plus one where the text does not advance with the file. */
  readonly #runs: number[] = [];

  constructor(text = "") {
    this.#text = text;
  }

  /** `text` as it stands in the file from `origin` on. */
  static of(text: string, origin: number): SourcedText {
    return new SourcedText().append(text, origin);
  }

  /** The words alone. */
  get text(): string {
    return this.#text;
  }

  get length(): number {
    return this.#text.length;
  }

  /** How many stretches of it stand somewhere else than what is before them. Text before the first stands where the first does. */
  get runCount(): number {
    return this.#runs.length / 2;
  }

  /** Where in the text the run at `index` starts; ascending. */
  runOffset(index: number): number {
    return this.#runs[2 * index]!;
  }

  /** Where the run ends, which is where the next starts. */
  runEnd(index: number): number {
    return this.#runs[2 * index + 2] ?? this.#text.length;
  }

  /** Where in the file the run at `index` stands. */
  runOrigin(index: number): number {
    return Math.floor(this.#runs[2 * index + 1]! / 2);
  }

  /** Whether its text advances with the file; else all of it stands at its origin. */
  isVerbatim(index: number): boolean {
    return this.#runs[2 * index + 1]! % 2 === 0;
  }

  /** Adds what stands in the file at `origin`, character by character. */
  append(text: string, origin: number): this {
    if (text === "") return this;
    this.#startRun(origin, true);
    this.#text += text;
    return this;
  }

  /** Adds what the parser made of, or for, what stands at `origin`: a decoded entity, a line break for a tag, a column's name before its value. */
  appendMade(text: string, origin: number): this {
    if (text === "") return this;
    this.#startRun(origin, false);
    this.#text += text;
    return this;
  }

  /** Adds what stands nowhere itself and belongs to what came before, such as a separator. */
  trail(text: string): this {
    const last = this.runCount - 1;
    if (last >= 0 && this.isVerbatim(last))
      this.#startRun(this.runOrigin(last) + Math.max(0, this.length - 1 - this.runOffset(last)), false);
    this.#text += text;
    return this;
  }

  /** Adds another text with its origins. */
  join(other: SourcedText): this {
    const from = this.length;
    const runs = other.#runs;
    const { length } = runs;
    for (let at = 0; at < length; at += 2) this.#runs.push(runs[at]! + from, runs[at + 1]!);
    this.#text += other.#text;
    return this;
  }

  /** From `start` to `end` (exclusive). */
  slice(start: number, end = this.length): SourcedText {
    const sliced = new SourcedText();
    this.#copyTo(sliced, start, Math.min(end, this.length), this.#runIndexAt(start));
    return sliced;
  }

  /** What each match of `pattern` (global) becomes stands where the match did. */
  replace(pattern: RegExp, replacement: string): SourcedText {
    // Mostly nothing is to be replaced, and looking is cheaper than iterating.
    if (this.#text.search(pattern) < 0) return this;
    const replaced = new SourcedText();
    let done = 0;
    let index = 0;
    for (const { 0: match, index: at } of this.#text.matchAll(pattern)) {
      // Most white space is one space already.
      if (match === replacement) continue;
      index = this.#copyTo(replaced, done, at, index);
      if (replacement !== "") replaced.appendMade(replacement, this.originAt(at, index));
      done = at + match.length;
    }
    if (done === 0) return this;
    this.#copyTo(replaced, done, this.length, index);
    return replaced;
  }

  trim(): SourcedText {
    const start = this.length - this.#text.trimStart().length;
    return this.slice(start, start + this.#text.trim().length);
  }

  /** Where in the file the character at `offset` stands; 0 where nothing is known. `from`: a run at or before it. */
  originAt(offset: number, from = this.#runIndexAt(offset)): number {
    let index = from;
    while (index + 1 < this.runCount && this.runOffset(index + 1) <= offset) index++;
    if (index >= this.runCount) return 0;
    const origin = this.runOrigin(index);
    return this.isVerbatim(index) ? origin + Math.max(0, offset - this.runOffset(index)) : origin;
  }

  /** What is added next stands at `origin`; no new run where it goes on from the last one. */
  #startRun(origin: number, isVerbatim: boolean): void {
    if (isVerbatim) {
      const last = this.runCount - 1;
      const follows =
        last >= 0 && this.isVerbatim(last) && this.runOrigin(last) + (this.length - this.runOffset(last)) === origin;
      if (follows) return;
    }
    this.#runs.push(this.length, 2 * origin + Number(!isVerbatim));
  }

  /** The last run that starts at or before `offset`; 0 where none does. */
  #runIndexAt(offset: number): number {
    let low = 0;
    let high = this.runCount;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.runOffset(middle) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Adds the stretch to `other`; returns the run in which it ends. `from`: a run at or before its start. */
  #copyTo(other: SourcedText, start: number, end: number, from: number): number {
    const count = this.runCount;
    let index = from;
    let at = start;
    while (at < end) {
      while (index + 1 < count && this.runOffset(index + 1) <= at) index++;
      const until = Math.min(end, index < count ? this.runEnd(index) : end);
      if (index < count) other.#startRun(this.originAt(at, index), this.isVerbatim(index));
      other.#text += this.#text.slice(at, until);
      at = until;
    }
    return index;
  }
}
