/** The query language: what is understood, and that what is not stays plain words. */
import { describe, expect, test } from "vitest";
import { parseQuery } from "../../src/search/query/query.ts";
import { search } from "../../src/search/search.ts";
import { folderOf } from "../support/files.ts";
import { indexOf } from "../indexing/support/index-of.ts";

const terms = (query: string) => {
  const { any, all, none } = parseQuery(query).words;
  const shown = (list: typeof any) => list.map(({ kind, text }) => (kind === "prefix" ? `${text}*` : text));
  return { any: shown(any), all: shown(all), none: shown(none) };
};

describe("what is understood", () => {
  test.each([
    ['"soft limit" cache', { any: ["soft limit", "cache"], all: ["soft limit"], none: [] }],
    ["rollback -draft", { any: ["rollback"], all: [], none: ["draft"] }],
    ['rollback -"old way"', { any: ["rollback"], all: [], none: ["old way"] }],
    ["rollb*", { any: ["rollb*"], all: [], none: [] }],
    ["how do I rotate a key", { any: ["rotate", "key"], all: [], none: [] }],
  ])("%s", (query, expected) => expect(terms(query)).toEqual(expected));

  test("fields become a filter, and are not embedded", () => {
    const { filter, meaning } = parseQuery(
      "retries path:docs/** -path:old type:markdown tag:draft -tag:done date:2025-12",
    );
    expect(meaning).toBe("retries");
    expect(filter).toEqual({
      paths: ["docs/**"],
      exclude: ["old"],
      types: ["markdown"],
      fields: [
        { name: "tag", value: "draft", isExcluded: false },
        { name: "tag", value: "done", isExcluded: true },
        { name: "date", value: "2025-12", isExcluded: false },
      ],
    });
  });
});

describe("what stays plain words", () => {
  test.each([
    ["-rollback", ["-rollback"]],
    ["ls -l files", ["ls", "-l", "files"]],
    ["--error-on-warnings", ["--error-on-warnings"]],
    ["C++ and #tag", ["C++", "#tag"]],
    ["type:nonsense x", ["type:nonsense", "x"]],
    ["foo:bar", ["foo:bar"]],
    ["path:docs", ["path:docs"]],
    ['an "unclosed quote', ["unclosed", "quote"]],
    ["* ** a*b", ["*", "**", "a*b"]],
    ["since:never words", ["since:never", "words"]],
  ])("%s", (query, expected) => {
    const { any, all, none } = terms(query);
    expect([any, all, none]).toEqual([expected, [], []]);
    expect(parseQuery(query).filter).toBeUndefined();
  });

  test("a query without anything is an error, a huge one is read from its beginning", () => {
    expect(() => parseQuery(" \n")).toThrow("the query is empty");
    expect(parseQuery("word ".repeat(40_000)).text.length).toBeLessThanOrEqual(10_000);
    expect(parseQuery("x".repeat(1_000_000)).words.any[0]!.text.length).toBe(200);
  });
});

test("phrases are required, words and paths excluded, prefixes, pieces and names found", async () => {
  const folder = folderOf({
    "notes/Front Door at 700.md": "The key hangs behind the shed.\n",
    "notes/2024-03-05.md": "Repaired the pump today.\n",
    "old/limits.md": "# Limits\n\nThe soft limit of the cache is reached first.\n",
    "docs/cache.md":
      "---\ntags: [ops, draft/early]\ndate: 2025-12-03\n---\n# Cache\n\nA cache with a limit that is hard.\n",
    "src/watch.ts": "export function awaitWriteFinish(options: Options): void {\n  getUserNameFromToken(options);\n}\n",
  });
  const index = await indexOf(folder);
  await index.run();
  const find = async (query: string) => {
    const { results } = await search(index.store, null, query, { mode: "text", limit: 10 });
    return results.map(({ path }) => path.slice(folder.length + 1));
  };
  expect(await find('"soft limit" cache')).toEqual(["old/limits.md"]);
  expect(await find('"limit soft" cache')).toEqual([]);
  expect(await find("limit -hard")).toEqual(["old/limits.md"]);
  expect(await find("limit -path:old")).toEqual(["docs/cache.md"]);
  expect(await find("limit tag:draft")).toEqual(["docs/cache.md"]);
  expect(await find("limit date:2025-12")).toEqual(["docs/cache.md"]);
  expect(await find("limit -tag:ops")).toEqual(["old/limits.md"]);
  expect(await find("repai*")).toEqual(["notes/2024-03-05.md"]);
  expect(await find("WriteFinish")).toEqual(["src/watch.ts"]);
  expect(await find("user name from token")).toEqual(["src/watch.ts"]);
  expect((await find("Front Door at 700"))[0]).toBe("notes/Front Door at 700.md");
  expect((await find("2024-03-05"))[0]).toBe("notes/2024-03-05.md");
  expect((await find("2024-03-05.md"))[0]).toBe("notes/2024-03-05.md");
});
