/** The source-code parser: functions and classes kept whole, in every language that has a grammar. */
import { processorTime } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { declarationsOf } from "../../../src/documents/parsers/source-code/declarations.ts";

async function declarations(path: string, text: string): Promise<string[]> {
  const { content, blocks } = await parseDocument(path, Buffer.from(text));
  expect(blocks.map(({ start, end }) => content.slice(start, end)).join("")).toBe(content);
  return blocks.map(({ start, end }) => content.slice(start, end).trim());
}

/** Name of each block with the first and last word of its text. */
async function outlineOf(path: string, text: string): Promise<string[]> {
  const { content, blocks } = await parseDocument(path, Buffer.from(text));
  expect(blocks.map(({ start, end }) => content.slice(start, end)).join("")).toBe(content);
  return blocks.map(({ start, end, headingPath }) => {
    const words = content.slice(start, end).match(/[\w#@/*]+/g) ?? ["nothing"];
    return `${headingPath.join(" > ")}: ${words[0]} … ${words.at(-1)}`;
  });
}

const long = (comment: string) =>
  Array.from({ length: 60 }, (_, i) => `${comment} line ${i} of a long body`).join("\n");

describe("source code", () => {
  test.each([
    [
      "a.ts",
      `import x from "x";\n\n/** Adds. */\nexport function add(a: number) {\n  return a;\n}\n\nexport class Big {\n  one() {\n${long("//")}\n  }\n\n  /** Two. */\n  async two() {\n    return 2;\n  }\n}\n\nconst arrow = () => {\n  return 1;\n};\n\nconst last = 1;\n`,
      [
        ": import … x",
        "add: /** … a",
        "Big > one: export … body",
        "Big > two: /** … 2",

        "arrow: const … 1",
        ": const … 1",
      ],
    ],
    [
      "a.py",
      `import os\n\n\n# Why.\n@cached\ndef f(x):\n    return x\n\n\nclass Big:\n    """Doc."""\n\n    def one(self):\n${long("        #")}\n        pass\n\n    def two(self):\n        return 2\n`,
      [": import … os", "f: # … x", "Big: class … Doc", "Big > one: def … pass", "Big > two: def … 2"],
    ],
    [
      "a.rs",
      `use std::io;\n\n/// A point.\nstruct Point { x: f32 }\n\nimpl Display for Point {\n    fn fmt(&self) {\n${long("//")}\n    }\n    fn other() {}\n}\n`,
      [
        ": use … io",
        "Point: /// … f32",
        "Display for Point > fmt: impl … body",
        "Display for Point > other: fn … other",
      ],
    ],
    [
      "a.go",
      "package a\n\n// Add adds.\nfunc Add(a int) int {\n\treturn a\n}\n\ntype P struct {\n\tX int\n}\n\nfunc (p P) Y() int {\n\treturn 1\n}\n",
      [": package … a", "Add: // … a", "P: type … int", "Y: func … 1"],
    ],
    [
      "a.c",
      "#include <a.h>\n\n/* Adds. */\nstatic int *add(int a) {\n  return a;\n}\n\nint main(void) { return 0; }\n",
      [": #include … h", "add: /* … a", "main: int … 0"],
    ],
    [
      "A.java",
      `package a;\n\npublic class A {\n  A() { }\n\n  void one() {\n${long("//")}\n  }\n}\n`,
      [": package … a", "A > A: public … A", "A > one: void … body"],
    ],
    ["a.rb", "module M\n  class A\n    def one\n      1\n    end\n  end\nend\n", ["M: module … end"]],
  ] as [string, string, string[]][])(
    "%s: functions whole, large classes by their methods, comments with what they are about",
    async (path, text, expected) => {
      expect(await outlineOf(`/${path}`, text)).toEqual(expected);
    },
  );

  const body = (words: string) =>
    `\n${Array.from({ length: 36 }, (_, i) => `    call(${i}, "${words}")`).join("\n")}\n`;

  test.each([
    [
      "branches.py",
      `if windows:\n  def usage(path):${body("a")}else:\n  def usage(path):${body("b")}\ntry:\n  import x\nexcept ImportError:\n  class Absent:\n    def one(self):${body("c")}`,
      ["usage: if … a", "usage: else … b", "Absent: try … c"],
    ],
    [
      "object.js",
      `module.exports = {\n  one() {${body("a")}  },\n  two: async () => {${body("b")}  },\n  deeper: { three: function () {${body("c")}${body("c")}${body("c")}  } },\n};\n`,
      [
        "module.exports > one: module … a",
        "module.exports > two: two … b",
        "module.exports > deeper > three: deeper … c",
      ],
    ],
    [
      "calls.test.ts",
      `import x from "x";\n\ndescribe("a pump", () => {\n  const made = 1;\n\n  it('runs', async () => {${body("a")}  });\n\n  // Why.\n  it.each([1, 2])("stops %i", function () {${body("b")}  });\n  test(name, () => {});\n});\n`,
      [": import … x", "a pump: describe … 1", "a pump > runs: it … a", "a pump > stops %i: // … name"],
    ],
    [
      "iife.js",
      `(function (root) {\n  function one() {${body("a")}  }\n\n  root.two = () => {${body("b")}  };\n  const three = memo(() => {${body("c")}  });\n})(this);\n`,
      ["one: function … a", "root.two: root … b", "three: const … this"],
    ],
    [
      "pump_spec.rb",
      `describe Pump do\n  it "runs" do${body("a")}  end\n\n  context "when dry" do\n    it "stops" do${body("b")}    end\n  end\nend\n`,
      ["Pump > runs: describe … end", "Pump > when dry: context … end"],
    ],
    [
      "factory.ts",
      `export function factory() {\n  function one() {${body("a")}  }\n\n  function two() {${body("b")}  }\n}\n\nexport function task() {${body("c")}  const helper = () => {\n    return 1;\n  };${body("d")}}\n`,
      ["factory > one: export … a", "factory > two: function … b", "task: export … d"],
    ],
    [
      "a_test.go",
      `package a\n\nfunc TestPump(t *testing.T) {\n\tt.Run("runs", func(t *testing.T) {${body("a")}\t})\n\tt.Run("stops", func(t *testing.T) {${body("b")}\t})\n}\n`,
      [": package … a", "TestPump > runs: func … a", "TestPump > stops: t … b"],
    ],
  ] as [string, string, string[]][])(
    "%s: functions whole and by name in branches, objects, calls and other functions",
    async (path, text, expected) => {
      expect(await outlineOf(`/${path}`, text)).toEqual(expected);
    },
  );

  test("what stands before a function without a blank line is not taken for its own where it is long", async () => {
    const settings = Array.from({ length: 40 }, (_, i) => `set(${i}, "a value");`).join("\n");
    expect(await outlineOf("/a.js", `${settings}\n// Adds.\nfunction add() {}\n`)).toEqual([
      ": set … value",
      "add: // … add",
    ]);
  });

  test("what ends a declaration's last line, or closes what it stands in, stays with it", async () => {
    const parts = [
      "#if A\nint one(void) { return 1; }\n#endif // A",
      "int two(void) { return 2; } /* why */",
      "int x;",
    ];
    expect(await declarations("/a.c", parts.join("\n\n"))).toEqual(parts);
  });

  test("nesting and tables without end cost little", async () => {
    const started = processorTime();
    for (const text of [
      `${"f(() => {\n".repeat(2_000)}${"});\n".repeat(2_000)}`,
      `x = {\n${"  a: {\n b: [1,\n 2] },\n".repeat(20_000)}};\n`,
      `${"if (a) {\n".repeat(2_000)}${"}\n".repeat(2_000)}`,
    ])
      await declarations("/a.js", text);
    expect(processorTime() - started).toBeLessThan(10_000);
  });

  test("text that is not of its language is given up in time", async () => {
    // Left to itself the grammar takes 44 s for this.
    const text = `${"def (def (def (\n".repeat(2_000)}\n`.repeat(6);
    const started = processorTime();
    expect(await declarationsOf(text, "python", 100)).toBe(null);
    expect(processorTime() - started).toBeLessThan(3_000);
    expect(await declarationsOf("def f():\n    pass\n", "python", 100_000)).toHaveLength(1);
  });

  test("text that takes a grammar's memory has no outline, and the files after it have theirs", async () => {
    const good = "export function area(width: number): number {\n  return width * 2;\n}\n";
    expect(await declarationsOf("![ % a\n".repeat(4286), "typescript")).toBe(null);
    expect(await declarationsOf(good, "typescript")).toHaveLength(1);
    expect(await declarationsOf("def f():\n    pass\n", "python")).toHaveLength(1);
  });

  test("languages without a grammar are cut at blank lines before lines without indentation", async () => {
    expect(
      await declarations("/a.jl", "using X\n\n# Why.\nfunction f(x)\n    y = x\n\n    y\nend\n\ng(x) = x\n"),
    ).toEqual(["using X", "# Why.\nfunction f(x)\n    y = x\n\n    y\nend", "g(x) = x"]);
  });

  test("text that only looks like code keeps all of its lines", async () => {
    for (const path of ["/a.ts", "/a.py", "/a.c", "/a.rs", "/a.java", "/a.php", "/a.sh", "/a.cs"]) {
      for (const text of [
        "}}} class { def (",
        "\u{1F600} = function ((((",
        "x".repeat(2000),
        "(".repeat(3000),
        "class A ".repeat(500),
      ]) {
        const { content, blocks } = await parseDocument(path, Buffer.from(text));
        expect(blocks.map(({ start, end }) => content.slice(start, end)).join("")).toBe(content);
      }
    }
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

  test.each([
    ["#!/usr/bin/env python3", "def add(a):\n    return a\n"],
    ["#!/usr/bin/python3.11 -u", "def add(a):\n    return a\n"],
    ["#! /bin/sh -e", "add() {\n  echo 1\n}\n"],
    ["#!/usr/bin/env -S LANG=C node --no-warnings\r", "function add() {\n  return 1;\n}\n"],
    ["#!/usr/local/bin/ruby", "def add\n  1\nend\n"],
  ])("a script without an extension is known by its first line: %s", async (first, code) => {
    const { type, blocks } = await parseDocument("/bin/run-1.2", Buffer.from(`${first}\n\n${code}`));
    expect([type, blocks.at(-1)?.headingPath]).toEqual(["source-code", ["add"]]);
  });

  test("a first line in an unknown language, or in none, is ignored", async () => {
    for (const first of [
      "#!/usr/bin/awk -f",
      "#!",
      "#!/usr/bin/env",
      "#!/bin/constructor",
      "# !/bin/sh",
      "\n#!/bin/sh",
    ])
      expect((await parseDocument("/bin/run", Buffer.from(`${first}\nx\n`))).type).toBe("text");
    expect((await parseDocument("/bin/run", Buffer.from("#!/usr/bin/env perl\nprint 1;\n"))).type).toBe("source-code");
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
