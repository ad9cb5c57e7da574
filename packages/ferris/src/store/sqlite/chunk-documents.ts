/** Which document each chunk is in, for all chunks at once: two numbers per chunk, and no text is read. */
import type { ChunkDocuments } from "../store.ts";
import type { Database } from "./database.ts";

/** @param ids of chunks, ascending; one that is in no document is left out */
export function chunkDocuments(database: Database, ids: Float64Array): ChunkDocuments {
  // Two JSON arrays in place of a row each: a ninth of the time.
  const columns = database
    .prepare(
      `SELECT json_group_array(id) AS ids, json_group_array(document_id) AS documents
       FROM (SELECT id, document_id FROM chunks ORDER BY id)`,
    )
    .get() as { ids: string; documents: string };
  const documents = JSON.parse(columns.documents) as number[];
  const kept = new Float64Array(ids.length);
  const documentIds = new Float64Array(ids.length);
  let [at, count] = [0, 0];
  (JSON.parse(columns.ids) as number[]).forEach((id, row) => {
    while (at < ids.length && ids[at]! < id) at++;
    if (ids[at] !== id) return;
    kept[count] = id;
    documentIds[count++] = documents[row]!;
  });
  return { ids: kept.subarray(0, count), documentIds: documentIds.subarray(0, count) };
}
