/** Blocks that are longer than a chunk and lie on several lines of markup: their chunks share lines, and are joined all the same. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { SearchMode } from "../../src/search/result.ts";
import { search } from "../../src/search/search.ts";
import { indexOf } from "../indexing/support/index-of.ts";
import { wordsVector } from "../indexing/support/words-embedder.ts";

const fixtures = fileURLToPath(new URL("fixtures/shared-lines", import.meta.url));

test("every search ends in results whose numbers lie inside their documents", async () => {
  const index = await indexOf(fixtures);
  expect((await index.run()).added).toBe(7);
  const embed = async (queries: readonly string[]) => queries.map((query) => wordsVector(query));
  const lastLines = new Map<string, number>();
  for (const { id, path } of await index.store.documents()) {
    lastLines.set(path, Math.max(...(await index.store.chunksOf(id)).map(({ endLine }) => endLine)));
  }
  const modes: SearchMode[] = ["text", "vector", "hybrid"];
  for (const query of ["compute_something export", "export comment invoices totals", "Protokoll Rechner"]) {
    for (const mode of modes) {
      const { results } = await search(index.store, embed, query, { mode, limit: 20, perDocument: 20 });
      expect(results.length).toBeGreaterThan(0);
      for (const { path, startLine, endLine, snippet } of results) {
        expect(startLine).toBeGreaterThan(0);
        expect(endLine).toBeLessThanOrEqual(lastLines.get(path)!);
        expect(snippet.startLine).toBeGreaterThanOrEqual(startLine);
        expect(snippet.startLine).toBeLessThanOrEqual(endLine);
      }
    }
  }
});
