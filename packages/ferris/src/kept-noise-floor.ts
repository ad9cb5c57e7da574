/** What chance scores in an index, measured at the first search and kept. */
import { noiseFloor } from "./search/relevance.ts";
import type { QueryEmbedder } from "./search/retrieve/retrieve.ts";
import type { StoreReader } from "./store/store.ts";

/** An index that grows moves it very little, but for one that had few of its vectors: with so many times as many it is measured again. */
const measuredAgainAt = 2;

export class KeptNoiseFloor {
  #kept: { readonly share: number; readonly floor: Promise<number | null> } | null = null;

  /** The index is another one now, or about to change. */
  forget(): void {
    this.#kept = null;
  }

  async of(reader: StoreReader, embed: QueryEmbedder): Promise<number | null> {
    const share = await reader.vectorShare();
    const isGrown = this.#kept !== null && this.#kept.share < 1 && share >= this.#kept.share * measuredAgainAt;
    if (this.#kept !== null && !isGrown) return this.#kept.floor;
    const floor = noiseFloor(reader, embed).catch((error: unknown) => {
      this.#kept = null;
      throw error;
    });
    this.#kept = { share, floor };
    return floor;
  }
}
