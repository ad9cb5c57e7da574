/** Documents that a filter keeps are remembered for one version of the index: also where two searches see two versions side by side. */
import { expect, test } from "vitest";
import type { Collection } from "../../../src/store/postgres/collection.ts";
import type { PostgresConnection } from "../../../src/store/postgres/connection.ts";
import { PostgresReader } from "../../../src/store/postgres/reader.ts";
import type { Sql } from "../../../src/store/postgres/sessions.ts";
import { identity } from "../support/records.ts";

class Reader extends PostgresReader {
  constructor() {
    super(
      { shown: "a server" } as PostgresConnection,
      { id: 1, name: "", identity, version: "1" } as unknown as Collection,
    );
  }

  documentsOf(sql: Sql): Promise<readonly number[] | null> {
    return this.scope(sql, { types: ["markdown"] }).then((scope) => scope.documents);
  }
}

/** A transaction that sees one version, in which `documents` pass; it answers for them when it is let. */
function version(revision: number, documents: readonly number[], isLet: Promise<void>): Sql {
  const rows = documents.map((id) => ({
    id,
    path: `/${id}.md`,
    type: "markdown",
    modifiedTime: 1,
    fields: {},
    chunks: 1,
  }));
  const query = async (text: string): Promise<unknown[]> => {
    if (text.includes("collection_changes"))
      return [{ revision, chunks: 1, words: 1, vectors: 1, languages: [], isGraphed: false }];
    await isLet;
    return rows;
  };
  return { query } as Sql;
}

test("a slow search of the version before leaves nothing for the one after it", async () => {
  const reader = new Reader();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const slow = reader.documentsOf(version(5, [1], held));
  // Another version is seen before the slow one has its documents, and asks for them after.
  const languages = reader.documentsOf(version(6, [1, 2], new Promise(() => undefined)));
  await new Promise((resolve) => setImmediate(resolve));
  release();
  expect(await slow).toEqual([1]);
  expect(await reader.documentsOf(version(6, [1, 2], Promise.resolve()))).toEqual([1, 2]);
  void languages;
});
