/**
 * Vectors that wait for the rest of their document, and documents whose last one has come: `vectors` has all of a document's or none
 * (pending.ts). Everything here runs in the writer's transaction.
 */
import { fromHex } from "#platform/bytes";
import type { NewChunk, Work } from "../store.ts";
import type { Database } from "./database.ts";
import { countPending, lessPending, settlePending } from "./pending.ts";
import { bytesOf, type StoredVectors } from "./stored-vectors.ts";
import type { VectorCodes } from "./vector-codes.ts";

/** A chunk that has a row now. */
export interface Added {
  readonly id: number;
  readonly chunk: NewChunk;
}

export class Stage {
  readonly #database: Database;
  readonly #vectors: StoredVectors;
  readonly #codes: VectorCodes;

  constructor(database: Database, vectors: StoredVectors, codes: VectorCodes) {
    this.#database = database;
    this.#vectors = vectors;
    this.#codes = codes;
  }

  /** Vectors that came, by hash. Returns the documents whose last ones these were. */
  put(given: ReadonlyMap<string, Float32Array>): number[] {
    const complete: number[] = [];
    const came = new Map<number, string[]>();
    for (const hash of given.keys()) {
      for (const document of settlePending(this.#database, fromHex(hash))) {
        const known = came.get(document);
        if (known) known.push(hash);
        else came.set(document, [hash]);
      }
    }
    for (const [document, those] of came) {
      if (lessPending(this.#database, document, those.length) > 0) {
        for (const hash of those) this.#keep(fromHex(hash), given.get(hash)!);
      } else {
        this.#complete(document, given);
        complete.push(document);
      }
    }
    return complete;
  }

  /** Gives a document its vectors where all are known, and else notes what it waits for. Returns what nobody was waiting for yet. */
  settle(documentId: number, added: readonly Added[], vectors: ReadonlyMap<string, Float32Array>): Work {
    let fresh = { chunks: 0, tokens: 0 };
    const known = new Map<string, Float32Array>();
    const isAwaited = this.#database.prepare("SELECT 1 FROM pending_chunks WHERE hash = ? LIMIT 1");
    for (const { id, chunk } of added) {
      const hash = fromHex(chunk.hash);
      const vector = known.get(chunk.hash) ?? vectors.get(chunk.hash) ?? this.#vectors.withHash(hash);
      const isMissing = vector === undefined && chunk.embeddingText !== undefined;
      if (!isMissing) known.set(chunk.hash, this.#checked(chunk.hash, vector));
      else {
        if (isAwaited.get(hash) === undefined) {
          fresh = { chunks: fresh.chunks + 1, tokens: fresh.tokens + chunk.tokens };
        }
        this.#database
          .prepare("INSERT INTO pending_chunks (chunk_id, hash, text) VALUES (?, ?, ?)")
          .run(id, hash, chunk.embeddingText);
      }
    }
    const wasPending =
      this.#database.prepare("SELECT 1 FROM pending_documents WHERE document_id = ?").get(documentId) !== undefined;
    const isPending = countPending(this.#database, documentId) > 0;
    if (isPending) {
      for (const [hash, vector] of known) this.#keep(fromHex(hash), vector);
      if (!wasPending) this.#withdraw(documentId);
    } else if (wasPending) this.#complete(documentId, known);
    else for (const { id, chunk } of added) this.#insert(id, known.get(chunk.hash)!);
    return fresh;
  }

  /** Keeps the vectors of these chunks, those that have one. */
  keepOf(which: "id = ?" | "document_id = ?", value: number): void {
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO staged_vectors (hash, vector) SELECT hash, vector FROM chunks JOIN vectors ON chunk_id = id WHERE ${which}`,
      )
      .run(value);
  }

  remove(chunkId: number): void {
    this.#database.prepare("DELETE FROM vectors WHERE chunk_id = ?").run(chunkId);
    this.#codes.remove(chunkId);
  }

  /** Forgets what no document waits with. */
  clear(): void {
    this.#database.exec(
      "DELETE FROM staged_vectors WHERE hash NOT IN (SELECT hash FROM chunks WHERE document_id IN (SELECT document_id FROM pending_documents))",
    );
  }

  /** Vectors of all chunks of a document, which are in `given` or staged. */
  #complete(documentId: number, given: ReadonlyMap<string, Float32Array>): void {
    const rows = this.#database
      .prepare("SELECT id, lower(hex(hash)) AS hash FROM chunks WHERE document_id = ?")
      .all(documentId) as { id: number; hash: string }[];
    for (const { id, hash } of rows) {
      this.#insert(id, this.#checked(hash, given.get(hash) ?? this.#vectors.withHash(fromHex(hash))));
    }
  }

  /** Search by meaning does not see a document of which one vector is missing: the others wait with it. */
  #withdraw(documentId: number): void {
    this.keepOf("document_id = ?", documentId);
    const rows = this.#database
      .prepare("SELECT c.id FROM chunks AS c JOIN vectors AS v ON v.chunk_id = c.id WHERE c.document_id = ?")
      .all(documentId) as { id: number }[];
    for (const { id } of rows) this.remove(id);
  }

  #checked(hash: string, vector: Float32Array | undefined): Float32Array {
    const { dimensions } = this.#vectors;
    if (vector?.length === dimensions) return vector;
    throw new TypeError(`chunk ${hash}: ${vector?.length ?? "no"} dimensions given, ${dimensions} due`);
  }

  #keep(hash: Uint8Array, vector: Float32Array): void {
    this.#database
      .prepare("INSERT OR IGNORE INTO staged_vectors (hash, vector) VALUES (?, ?)")
      .run(hash, bytesOf(vector));
  }

  #insert(chunkId: number, vector: Float32Array): void {
    this.#database.prepare("INSERT INTO vectors (chunk_id, vector) VALUES (?, ?)").run(chunkId, bytesOf(vector));
    this.#codes.set(chunkId, vector);
  }
}
