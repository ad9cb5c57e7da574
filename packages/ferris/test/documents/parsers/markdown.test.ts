/** The Markdown parser: blocks, heading paths, lines and bytes. */
import { readFileSync } from "node:fs";
import { processorTime } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { expectLinear } from "../support/growth.ts";
import { parseMarkdown } from "../../../src/documents/parsers/markdown/markdown.ts";

function parse(text: string) {
  return parseMarkdown({ path: "/a.md", bytes: Buffer.from(text) });
}

/** Kind, text and heading path of each block. */
function outline(text: string): string[] {
  const { content, blocks } = parse(text);
  return blocks.map(
    ({ kind, start, end, headingPath }) => `${kind} [${headingPath.join(" > ")}] ${content.slice(start, end).trim()}`,
  );
}

describe("parseMarkdown", () => {
  test("front matter, headings of both kinds, paragraphs, lists, code, tables, quotes", () => {
    const text = [
      "---",
      'title: "A guide"',
      "---",
      "# Start *here* with `code` and [a link](https://x.y)",
      "",
      "One",
      "paragraph.",
      "",
      "Second level",
      "---",
      "- item",
      "  with more",
      "- another",
      "",
      "```js",
      "# not a heading",
      "```",
      "### Third",
      "| a | b |",
      "|---|---|",
      "| 1 | 2 |",
      "",
      "> # quoted",
      "",
      "## Sibling",
      "    indented code",
      "",
      "[ref]: https://x.y",
    ].join("\n");
    expect(outline(text)).toEqual([
      'metadata [] ---\ntitle: "A guide"\n---',
      "heading [Start here with code and a link] # Start *here* with `code` and [a link](https://x.y)",
      "prose [Start here with code and a link] One\nparagraph.",
      "heading [Start here with code and a link > Second level] Second level\n---",
      "list [Start here with code and a link > Second level] - item\n  with more\n- another",
      "code [Start here with code and a link > Second level] ```js\n# not a heading\n```",
      "heading [Start here with code and a link > Second level > Third] ### Third",
      "table [Start here with code and a link > Second level > Third] | a | b |\n|---|---|\n| 1 | 2 |",
      "prose [Start here with code and a link > Second level > Third] > # quoted",
      "heading [Start here with code and a link > Sibling] ## Sibling",
      "code [Start here with code and a link > Sibling] indented code",
      "prose [Start here with code and a link > Sibling] [ref]: https://x.y",
    ]);
    expect(parse(text).title).toBe("A guide");
  });

  test("the title is front matter's, else the first heading's; it stands above sections without a first-level heading", () => {
    expect(parse("intro\n\n## Usage\n").title).toBe("Usage");
    expect(parse("text only").title).toBeUndefined();
    const { blocks } = parse("+++\ntitle = 'Kept'\n+++\n\n## Usage\n\ntext");
    expect(blocks.map((block) => block.headingPath)).toEqual([[], ["Kept", "Usage"], ["Kept", "Usage"]]);
    expect(parse("---\ntitle: Kept\n---\n# Other\n\ntext").blocks.at(-1)!.headingPath).toEqual(["Other"]);
  });

  test("an HTML heading is a heading; skipped levels leave no gap", () => {
    expect(outline('<h1 align="center">\n  <img src="x"> The  Tool\n</h1>\n\ntext\n\n#### Deep\n\nmore')).toEqual([
      'heading [The Tool] <h1 align="center">\n  <img src="x"> The  Tool\n</h1>',
      "prose [The Tool] text",
      "heading [The Tool > Deep] #### Deep",
      "prose [The Tool > Deep] more",
    ]);
  });

  test("blocks cover the file: with a byte-order mark, any line ends, tabs and stray text", () => {
    for (const text of [
      "\ufeff# A\r\n\r\ntext\r\n\r\n## B\r\n\r\n\tcode\r\n",
      "# A\r\rold Mac\r\r## B\rtext",
      "\n\n  \n# A\n\n\n\ntext\n   \n",
      "no heading at all",
      "<!-- comment -->\n\n[ref]: /x\n\n***\n\n- [ ] task\n\n[^1]: note",
      "---\nno: end of front matter\n",
    ]) {
      const { content, blocks } = parse(text);
      expect(blocks.map(({ start, end }) => content.slice(start, end)).join("")).toBe(content);
      expect(blocks.every(({ start, end }) => start < end)).toBe(true);
    }
  });

  // As Obsidian, Hugo, Jekyll, pandoc and Quarto read them: title, and each heading with the path above it.
  test.each<[string, string | undefined, string[]]>([
    ["folded-title.md", "A long folded title here", []],
    ["quoted-comment-title.md", "Ships: a list", []],
    ["block-title.md", "Knots and splices", ["Knots and splices > Bowline"]],
    ["yaml-dots.md", "Mooring", ["Rules"]],
    ["toml.md", 'Anchors "and" chains', ['Anchors "and" chains > Weights']],
    ["pandoc-title.md", "Tide tables", ["Tide tables > October"]],
    ["hr-start.md", "Fog signals", ["Fog signals", "Night"]],
    ["rule-and-prose.md", "One long blast means fog.", ["One long blast means fog.", "After"]],
    ["math-heading.md", "A", ["A", "A > B"]],
    ["formulas.md", "Loss", ["Loss", "Loss > Friction", "Loss > Last"]],
    ["obsidian.md", "Note", ["Note", "Note > Real"]],
    [
      "links-in-headings.md",
      "The crew on badge.png",
      ["The crew on badge.png", "The crew on badge.png > Setup", "The crew on badge.png > Line one line two"],
    ],
  ])("%s", (name, title, headings) => {
    const bytes = readFileSync(new URL(`../../fixtures/markdown/${name}`, import.meta.url));
    const document = parseMarkdown({ path: `/${name}`, bytes });
    expect(document.title).toBe(title);
    const found = document.blocks.filter(({ kind }) => kind === "heading");
    expect(found.map(({ headingPath }) => headingPath.join(" > "))).toEqual(headings);
    expect(document.blocks.map(({ start, end }) => document.content.slice(start, end)).join("")).toBe(document.content);
  });

  test("time grows with the size, not with its square", async () => {
    for (const [name, unit] of Object.entries({
      unclosed: "<h1 ",
      "headings without end": "<h1 x>\n\n",
      formulas: "\\[ a\n\n",
      comments: "%% a\n\n",
      links: "# [[a\n",
    }))
      await expectLinear(name, 20_000, (count) => parse(unit.repeat(count)));
  });

  test("headings know nothing of control characters, which the store keeps for itself", () => {
    expect(parse("# a\u001fb\u0007c\n\nx").blocks[0].headingPath).toEqual(["a b c"]);
  });

  test("hostile nesting costs neither the stack nor the afternoon", () => {
    const started = processorTime();
    for (const text of [
      ">".repeat(50_000),
      "- ".repeat(50_000),
      "[".repeat(100_000),
      `# ${"*a_".repeat(5_000)}`,
      "`".repeat(99_999),
    ]) {
      expect(parse(text).content).toBe(text);
    }
    expect(processorTime() - started).toBeLessThan(10_000);
  });
});
