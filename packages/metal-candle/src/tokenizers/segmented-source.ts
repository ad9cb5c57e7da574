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
    return this.#rawTokens.writeAround(sound, ids, offset, limit, 0, (start, end, written) =>
      this.#writeSegment(sound.slice(start, end), ids, offset, limit, written),
    );
  }

  #writeSegment(segment: string, ids: Int32Array, offset: number, limit: number, already: number): number {
    if (segment === "") return already;
    const text = this.normalize(segment);
    return this.#normalizedTokens.writeAround(text, ids, offset, limit, already, (start, end, written) =>
      start < end ? this.writePlain(text, start, end, ids, offset, limit, written) : written,
    );
  }
}
