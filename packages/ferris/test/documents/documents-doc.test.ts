/** docs/documents.md against the table of parsers: a format or an extension that is read and not told of fails here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsers } from "../../src/documents/parsers/index.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/documents.md"), "utf8");
const formats = page.slice(page.indexOf("## Formats"), page.indexOf("## Web pages"));
const rows = formats.split("\n").filter((line) => line.startsWith("| `"));

/** Those whose extensions are too many for a table: one is counted there, the other ends in "…". */
const abridged = ["source-code", "xml"];

test.each(parsers.map(({ type, extensions }) => ({ type, extensions })))(
  "docs/documents.md has $type and its extensions",
  ({ type, extensions }) => {
    const [row] = rows.filter((line) => line.split("|")[1]!.includes(`\`${type}\``));
    expect(row, `a row for ${type}`).toBeDefined();
    const told = new Set(row!.match(/\.[a-z0-9]+/g));
    if (!abridged.includes(type)) expect(extensions.filter((extension) => !told.has(`.${extension}`))).toEqual([]);
  },
);

test("docs/documents.md counts the extensions of source code", () => {
  const { extensions } = parsers.find(({ type }) => type === "source-code")!;
  expect(formats).toContain(`${extensions.length} extensions, see`);
});
