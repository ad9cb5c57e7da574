/** Headings, names and values of plain markup that many files have and few readers: AsciiDoc, Org, reStructuredText, LaTeX, BibTeX, front matter, OPML. */
import { describe, expect, test } from "vitest";
import type { ParsedDocument } from "../../../src/documents/document.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

const parse = (path: string, text: string): Promise<ParsedDocument> => parseDocument(path, Buffer.from(text));
const headings = (document: ParsedDocument) =>
  document.blocks.flatMap(({ kind, headingPath }) => (kind === "heading" ? [headingPath.join(" > ")] : []));

describe("headings", () => {
  test("of AsciiDoc with a line under them, beside listings with the same line around them", async () => {
    const document = await parse(
      "/git-add.adoc",
      "Git manual\n==========\n\nNAME\n----\ngit-add - adds\n\nSub title\n~~~~~~~~~\npara\n----\nlisting\n----\n\n[source]\n----\nputs\n----\n\n日本語の題\n----------\n",
    );
    expect(headings(document)).toEqual([
      "Git manual",
      "Git manual > NAME",
      "Git manual > NAME > Sub title",
      "Git manual > 日本語の題",
    ]);
    expect(outline(document).filter((block) => block.startsWith("code"))).toHaveLength(2);
  });

  test("of reStructuredText, one right under another", async () => {
    const document = await parse("/a.rst", "=====\nTitle\n=====\nSubtitle\n--------\n\nText\n");
    expect(headings(document)).toEqual(["Title", "Title > Subtitle"]);
  });

  test("of Org, with states of the file's own", async () => {
    const org = "#+seq_todo: TALK WRITE(w@/!) | SENT(s)\n* WRITE [#A] The letter :post:\n* SENDING is no state\n";
    expect(headings(await parse("/a.org", org))).toEqual(["The letter", "SENDING is no state"]);
  });
});

describe("LaTeX", () => {
  const tex = (preamble: string, body: string) =>
    `\\documentclass{article}\n${preamble}\n\\begin{document}\n${body}\n\\end{document}\n`;

  test("macros without arguments are said", async () => {
    const document = await parse(
      "/a.tex",
      tex(
        "\\newcommand{\\ship}{\\emph{Aurora}\\xspace}\\newcommand\\fleet{the \\ship fleet}\\def\\port{Bergen}\n\\newcommand{\\two}[2]{#1}\\newcommand{\\R}{\\mathbb{R}}\n\\title{On \\ship}\n\\author{Bo}",
        "\\maketitle\n\\section{Of \\ship{}}\nThe \\ship{} of \\port, \\fleet\\ and \\R{} sail.",
      ),
    );
    expect(document.title).toBe("On Aurora");
    expect(outline(document).slice(2)).toEqual([
      "heading [Of Aurora] Of Aurora",
      "prose [Of Aurora] The Aurora of Bergen, the Aurora fleet and sail.",
    ]);
  });

  test("macros of macros have an end", async () => {
    const doubling = Array.from(
      { length: 40 },
      (_, i) => `\\newcommand{\\${"x".repeat(i + 2)}}{${`\\${"x".repeat(i + 1)}`.repeat(8)}}`,
    );
    const document = await parse(
      "/a.tex",
      tex(`\\newcommand{\\x}{lol}${doubling.join("")}`, `\\${"x".repeat(40)} `.repeat(20_000)),
    );
    expect(document.content.length).toBeLessThan(2 ** 21);
  });

  test("a document in an example, or in a comment, is not where a part of a book begins and ends", async () => {
    const example =
      "\\begin{lstcode}\n  \\documentclass{article}\n  \\begin{document}\n  x\n  \\end{document}\n\\end{lstcode}\n";
    const part = await parse("/a.tex", `\\section{Titles}\nHow titles are set.\n\n${example}\nAfter it.\n`);
    expect(part.content).toMatch(/Titles[^]*How titles are set\.[^]*After it\./);
    const whole = await parse("/a.tex", tex("% \\begin{document}", `Before.\n\n${example}\nAfter it.`));
    expect(whole.content).toMatch(/Before\.[^]*After it\./);
    expect(whole.content).not.toContain("documentclass{article}\n%");
  });

  test("letters and quotes by their names", async () => {
    const { content } = await parse(
      "/a.tex",
      tex(
        "",
        '\\glqq Gr\\"u\\ss e\\grqq{} \\og oui\\fg{} 5\\textdegree{} \\DJ or\\dj e, a\\textless{}b\\texttrademark',
      ),
    );
    expect(content.trim()).toBe("„Grüße“ «oui» 5° Đorđe, a<b™");
  });
});

describe("BibTeX", () => {
  test("abbreviations within a value; what is never closed", async () => {
    const bib =
      '@string{jan = "January"}\n@article{a, journal = jan # " Review", year = 2024}\n@misc{b, title = {Never closed, {really}\n@misc{c, title = "Nor this\n';
    expect(outline(await parse("/a.bib", bib))).toEqual([
      "metadata [] key: a\njournal: January Review\nyear: 2024",
      "metadata [] key: b\ntitle: Never closed, really",
      "metadata [] key: c\ntitle: Nor this",
    ]);
  });
});

describe("front matter", () => {
  test.each<[string, string, string | undefined, Record<string, readonly string[]> | undefined]>([
    [
      "TOML",
      '+++\ntitle = "Masts"\ndate = 2024-05-17T10:00:00Z\n[taxonomies]\ntags = ["sea", \'salt water\']\n[extra]\nauthor = "Bo"\n+++\n# H\n',
      "Masts",
      { tag: ["sea", "salt water"], date: ["2024-05-17"], author: ["Bo"] },
    ],
    ["JSON", '{\n  "title": "Masts",\n  "tags": ["sea"]\n}\n\n# H\n', "Masts", { tag: ["sea"] }],
    [
      "people with more than a name",
      "---\nauthor:\n  - name: Bo\n    mail: b@x\n  - Al\n---\n# H\n",
      "H",
      { author: ["Bo", "Al"] },
    ],
  ])("%s", async (_, text, title, fields) => {
    const document = await parse("/a.md", text);
    expect([document.title, document.fields]).toEqual([title, fields]);
    expect(document.blocks.map(({ kind }) => kind)).toEqual(["metadata", "heading"]);
  });

  test.each([
    "---\nJust prose: with a colon in it.\n\n## H\n\n---\nAfter.\n",
    "{ no JSON\n}\n\n## H\n",
    "{{< shortcode >}}\n\n## H\n\n}\n",
  ])("none: %j", async (text) => {
    const document = await parse("/a.md", text);
    expect(headings(document)).toEqual(["H"]);
    expect(document.blocks.some(({ kind }) => kind === "metadata")).toBe(false);
  });
});

test("words that an outliner marks in OPML are words", async () => {
  const opml =
    '<opml version="2.0"><body><outline text="A &lt;b&gt;bold&lt;/b&gt; &lt;a href=&quot;http://x&quot;&gt;link&lt;/a&gt;, 1 &lt; 2" _note="one&lt;br/&gt;two"/></body></opml>';
  expect(outline(await parse("/a.opml", opml))).toEqual(["list [] - A bold link, 1 < 2", "prose [] one two"]);
});
