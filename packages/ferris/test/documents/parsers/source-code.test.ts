import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse.ts";

async function declarations(path: string, text: string): Promise<string[]> {
  const { content, blocks } = await parseDocument(path, Buffer.from(text));
  expect(blocks.map(({ start, end }) => content.slice(start, end)).join("")).toBe(content);
  return blocks.map(({ start, end }) => content.slice(start, end).trim());
}

describe("source code", () => {
  test("a block is a declaration with its comment, in languages with and without braces", async () => {
    expect(
      await declarations(
        "/a.ts",
        'import { x } from "x";\n\n/** Adds. */\nfunction add(a, b) {\n  const c = a;\n\n  return c + b;\n}\n\nclass A {\n  b() {}\n\n  c() {}\n\n}\n',
      ),
    ).toEqual([
      'import { x } from "x";',
      "/** Adds. */\nfunction add(a, b) {\n  const c = a;\n\n  return c + b;\n}",
      "class A {\n  b() {}\n\n  c() {}\n\n}",
    ]);
    expect(
      await declarations(
        "/a.py",
        "import os\n\n\n# Why.\ndef f():\n    x = 1\n\n    return x\n\n\nclass A:\n\n    def b(self):\n        pass\n",
      ),
    ).toEqual([
      "import os",
      "# Why.\ndef f():\n    x = 1\n\n    return x",
      "class A:\n\n    def b(self):\n        pass",
    ]);
  });

  test("minified code is refused with its numbers; one long line among many is not", async () => {
    const statement = "var a=1;";
    await expect(parseDocument("/a.js", Buffer.from(statement.repeat(2_000)))).rejects.toMatchObject({
      reason: "minified",
      message: expect.stringContaining("16000 characters"),
    });
    const table = `${statement.repeat(1_000)}\n`;
    expect(await declarations("/a.js", table + `${statement}\n`.repeat(200))).toHaveLength(1);
  });

  test("the type says which parser read it; unknown names are text", async () => {
    const types = await Promise.all(
      ["/a.rs", "/a.md", "/a.txt", "/LICENSE", "/a.unknown"].map(
        async (path) => (await parseDocument(path, Buffer.from("x"))).type,
      ),
    );
    expect(types).toEqual(["source-code", "markdown", "text", "text", "text"]);
  });
});
