/** Vectors as SQLite keeps them, f32 and little-endian: read by chunk and by hash, and compared with a query's. */
import { fromHex } from "#platform/bytes";
import type { Hit } from "../store.ts";
import { requireWidth } from "../stored-values.ts";
import type { Database } from "./database.ts";

export class StoredVectors {
  readonly #database: Database;
  readonly #path: string;
  readonly dimensions: number;

  constructor(database: Database, path: string, dimensions: number) {
    this.#database = database;
    this.#path = path;
    this.dimensions = dimensions;
  }

  /** Of any chunk with this hash, or of a staged one. */
  withHash(hash: Uint8Array): Float32Array | undefined {
    const row = this.#database
      .prepare(
        `SELECT vector FROM (SELECT v.vector FROM chunks AS c CROSS JOIN vectors AS v ON v.chunk_id = c.id WHERE c.hash = ?1 LIMIT 1)
         UNION ALL SELECT vector FROM staged_vectors WHERE hash = ?1 LIMIT 1`,
      )
      .get(hash) as { vector: Uint8Array } | undefined;
    return row && this.#parsed(row.vector);
  }

  /** By hash; see VectorSearcher. */
  withHashes(hashes: readonly string[]): Map<string, Float32Array> {
    const found = new Map<string, Float32Array>();
    for (const hash of new Set(hashes)) {
      const vector = this.withHash(fromHex(hash));
      if (vector) found.set(hash, vector);
    }
    return found;
  }

  /** Row after row; zeros for a chunk that has none. */
  ofChunks(ids: ArrayLike<number>): Float32Array {
    const rows = new Float32Array(ids.length * this.dimensions);
    const found = this.#database
      .prepare("SELECT j.key AS row, v.vector FROM json_each(?) AS j CROSS JOIN vectors AS v ON v.chunk_id = j.value")
      .iterate(JSON.stringify(Array.from(ids)));
    for (const { row, vector } of found as Iterable<{ row: number; vector: Uint8Array }>) {
      rows.set(this.#parsed(vector), row * this.dimensions);
    }
    return rows;
  }

  /** In order of hash: as good as drawn by lot, and always the same. */
  sample(count: number): Float32Array {
    const rows = this.#database
      .prepare(
        "SELECT v.vector FROM chunks AS c INDEXED BY chunks_by_hash CROSS JOIN vectors AS v ON v.chunk_id = c.id ORDER BY c.hash LIMIT ?",
      )
      .all(count) as { vector: Uint8Array }[];
    const sample = new Float32Array(rows.length * this.dimensions);
    rows.forEach(({ vector }, row) => sample.set(this.#parsed(vector), row * this.dimensions));
    return sample;
  }

  /** By exact cosine, among the chunks `ids` or all. */
  nearest(query: Float32Array, limit: number, ids: readonly number[] | null): Hit[] {
    const among = ids === null ? "" : "WHERE chunk_id IN (SELECT value FROM json_each(?))";
    const rows = this.#database
      .prepare(
        `SELECT chunk_id AS chunkId, vec_distance_cosine(vector, ?) AS distance FROM vectors ${among}
         ORDER BY distance NULLS LAST, chunk_id LIMIT ?`,
      )
      .all(bytesOf(query), ...(ids === null ? [] : [JSON.stringify(ids)]), limit);
    // A vector without a direction has no cosine.
    return rows.flatMap(({ chunkId, distance }) => (distance === null ? [] : [{ chunkId, score: 1 - distance }]));
  }

  #parsed(bytes: Uint8Array): Float32Array {
    requireWidth(bytes.byteLength / 4, this.dimensions, this.#path);
    return new Float32Array(bytes.slice().buffer);
  }
}

/** On their way in. */
export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
