/** What a search among vectors gives. A file of its own: callers see this type, and nothing of the GPU behind it. */

/** A slot and how near its vector is. */
export interface Neighbour {
  readonly slot: number;
  /** Cosine of the vector, as it is stored, with the query. */
  readonly score: number;
}
