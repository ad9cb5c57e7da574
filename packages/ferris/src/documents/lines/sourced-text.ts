/**
 * Text put together from pieces of a file, which remembers where each of them stood: so that a line number beside it is the file's.
 *
 * For parsers of formats whose file is not its own text (HTML, CSV, mail). An origin is an offset (UTF-16) in the decoded file. A
 * piece that stands in the file as it is advances with it; a piece that the parser made (a list's dash, a column's name before its
 * value) stands where its neighbour does.
 */

/** From `offset` in the text to the next run, the text stands at `origin`. */
export interface OriginRun {
  readonly offset: number;
  readonly origin: number;
  /** Whether the text advances with the file; else all of it stands at `origin`. */
  readonly isVerbatim: boolean;
}

export class SourcedText {
  #text: string;
  readonly #runs: OriginRun[];

  constructor(text = "", runs: readonly OriginRun[] = []) {
    this.#text = text;
    this.#runs = [...runs];
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

  /** Ascending by offset. Text before the first stands where the first does. */
  get runs(): readonly OriginRun[] {
    return this.#runs;
  }

  /** Adds what stands in the file at `origin`, character by character. */
  append(text: string, origin: number): this {
    return this.#push(text, origin, true);
  }

  /** Adds what the parser made of, or for, what stands at `origin`: a decoded entity, a line break for a tag, a column's name before its value. */
  appendMade(text: string, origin: number): this {
    return this.#push(text, origin, false);
  }

  /** Adds what stands nowhere itself and belongs to what came before, such as a separator. */
  trail(text: string): this {
    const last = this.#runs.at(-1);
    if (last?.isVerbatim) this.#push("", last.origin + Math.max(0, this.length - 1 - last.offset), false, true);
    this.#text += text;
    return this;
  }

  /** Adds another text with its origins. */
  join(other: SourcedText): this {
    const from = this.length;
    this.#text += other.text;
    for (const run of other.runs) this.#runs.push({ ...run, offset: run.offset + from });
    return this;
  }

  /** From `start` to `end` (exclusive). */
  slice(start: number, end = this.length): SourcedText {
    const sliced = new SourcedText();
    this.#copyTo(sliced, start, end, this.#runIndexAt(start));
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
    while (index + 1 < this.#runs.length && this.#runs[index + 1]!.offset <= offset) index++;
    const run = this.#runs[index];
    if (run === undefined) return 0;
    return run.isVerbatim ? run.origin + Math.max(0, offset - run.offset) : run.origin;
  }

  #push(text: string, origin: number, isVerbatim: boolean, evenIfEmpty = false): this {
    if (text === "" && !evenIfEmpty) return this;
    const last = this.#runs.at(-1);
    const follows = isVerbatim && last?.isVerbatim && last.origin + (this.length - last.offset) === origin;
    if (!follows) this.#runs.push({ offset: this.length, origin, isVerbatim });
    this.#text += text;
    return this;
  }

  /** The last run that starts at or before `offset`; 0 where none does. */
  #runIndexAt(offset: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#runs[middle]!.offset <= offset) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Adds the stretch to `other`; returns the run in which it ends. `from`: a run at or before its start. */
  #copyTo(other: SourcedText, start: number, end: number, from: number): number {
    let index = from;
    let at = start;
    while (at < end) {
      while (index + 1 < this.#runs.length && this.#runs[index + 1]!.offset <= at) index++;
      const until = Math.min(end, this.#runs[index + 1]?.offset ?? end);
      const piece = this.#text.slice(at, until);
      const run = this.#runs[index];
      if (run === undefined) other.#text += piece;
      else other.#push(piece, this.originAt(at, index), run.isVerbatim);
      at = until;
    }
    return index;
  }
}
