/**
 * A TokenSource that works on what lies between added tokens: finds those first in the text as it is, then in each normalised stretch.
 */
import { AddedTokens } from "./added-tokens.ts";
import type { AddedToken } from "./added-tokens.ts";
import type { TokenSource } from "./token-source.ts";
import { wellFormed } from "./unicode/code-points.ts";

export interface SegmentSettings {
  /** Searched in the text as it is, and in normalised text. */
  readonly rawTokens: readonly AddedToken[];
  readonly normalizedTokens: readonly AddedToken[];
  readonly specialIds: ReadonlySet<number>;
}

export abstract class SegmentedSource implements TokenSource {
  abstract readonly path: string;
  readonly vocabularySize: number;
  readonly specialIds: ReadonlySet<number>;
  readonly #rawTokens: AddedTokens;
  readonly #normalizedTokens: AddedTokens;

  /** @param largestId of the model's own vocabulary */
  constructor({ rawTokens, normalizedTokens, specialIds }: SegmentSettings, largestId: number) {
    this.specialIds = specialIds;
    this.#rawTokens = new AddedTokens(rawTokens);
    this.#normalizedTokens = new AddedTokens(normalizedTokens);
    const added = [...rawTokens, ...normalizedTokens];
    this.vocabularySize = 1 + added.reduce((largest, { id }) => Math.max(largest, id), largestId);
  }

  /** A stretch of a text in which no raw token is. */
  protected abstract normalize(segment: string): string;

  /**
   * Writes the ids of text[start … end − 1], in which no added token is, at ids[offset + already…]; returns how many there are then, or
   * more than `limit`.
   */
  protected abstract writePlain(
    text: string,
    start: number,
    end: number,
    ids: Int32Array,
    offset: number,
    limit: number,
    already: number,
  ): number;

  write(text: string, ids: Int32Array, offset: number, limit: number): number {
    const sound = wellFormed(text);
    const tokens = this.#rawTokens;
    tokens.search(sound);
    let written = 0;
    let start = 0;
    while (tokens.next()) {
      written = this.#writeSegment(sound.slice(start, tokens.start), ids, offset, limit, written);
      if (written >= limit) return limit + 1;
      ids[offset + written++] = tokens.id;
      start = tokens.end;
    }
    return this.#writeSegment(start === 0 ? sound : sound.slice(start), ids, offset, limit, written);
  }

  #writeSegment(segment: string, ids: Int32Array, offset: number, limit: number, already: number): number {
    if (segment === "") return already;
    const text = this.normalize(segment);
    const tokens = this.#normalizedTokens;
    tokens.search(text);
    let written = already;
    let start = 0;
    while (tokens.next()) {
      if (start < tokens.start) written = this.writePlain(text, start, tokens.start, ids, offset, limit, written);
      if (written >= limit) return limit + 1;
      ids[offset + written++] = tokens.id;
      start = tokens.end;
    }
    return start < text.length ? this.writePlain(text, start, text.length, ids, offset, limit, written) : written;
  }
}
