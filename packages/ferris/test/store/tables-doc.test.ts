/** docs/store.md and docs/postgres.md name every table and column that the schemas have. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const sources = "packages/ferris/src/store";

test.each([
  { page: "docs/store.md", schema: [`${sources}/sqlite/schema.ts`] },
  {
    page: "docs/postgres.md",
    schema: ["001-collections", "002-jobs", "003-long-paths", "004-word-counts"].map(
      (name) => `${sources}/postgres/migrations/${name}.ts`,
    ),
  },
])("$page has every table", ({ page, schema }) => {
  const tables = schema.flatMap((path) =>
    [...read(path).matchAll(/CREATE (?:VIRTUAL )?TABLE (\w+)/g)].map(([, name]) => name!),
  );
  expect(tables.length).toBeGreaterThan(8);
  const text = read(page);
  expect(tables.filter((name) => !new RegExp(`[\`*]${name}[\`*]`).test(text))).toEqual([]);
});

test("docs/store.md has every column of documents and chunks", () => {
  const schema = read(`${sources}/sqlite/schema.ts`);
  for (const table of ["documents", "chunks"]) {
    const [, body] = new RegExp(`CREATE TABLE ${table} \\(\\n([\\s\\S]*?)\\n {2}\\) STRICT`).exec(schema)!;
    const columns = [...body!.matchAll(/^ {4}([a-z_]+) [A-Z]/gm)].map(([, name]) => name!);
    expect(columns.length).toBeGreaterThan(9);
    const text = read("docs/store.md");
    // A document's number is what chunks name it by.
    expect(columns.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  }
});
