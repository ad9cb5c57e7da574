/**
 * Patterns of ours on texts that were made for them: none takes exponential time, or the square of a text whose length nobody bounds. Left to
 * themselves most of these took minutes, or longer than anybody waits.
 */
import { processorTime } from "@ferris/testing";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { parseDocument, recipeFor } from "../../../src/documents/parse/parse.ts";
import { expectLinear } from "../support/growth.ts";

test("telling what a file is takes no time, whatever its first bytes are", () => {
  const pieces = [
    "<!---->",
    "<!-- a -->\n",
    "<?xml ?>",
    "a:\n\t",
    "A: b\n ",
    " ",
    "<a:html ",
    "<a:package ",
    "#! ",
    "[$",
  ];
  pieces.push("From - 0:00 0000 ", `From -${" ".repeat(300)}${"0:00\t0000\t".repeat(60)}`, `A:\n${" ".repeat(200)}`);
  const started = processorTime();
  for (const piece of pieces)
    for (const name of ["a", "a.html", "a.eml", "a.mbox"])
      for (let times = 0; times < 5; times++)
        recipeFor(`/${name}`, Buffer.from(`${piece.repeat(4096 / piece.length)}\u0001`));
  expect(processorTime() - started).toBeLessThan(5_000);
});

/** A text document with this footer. */
function withFooter(text: string): Uint8Array {
  const paragraph = (words: string) => `<w:p><w:r><w:t>${words}</w:t></w:r></w:p>`;
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="http://x/${type}" Target="${target}"/>`;
  const files = {
    "_rels/.rels": `<Relationships>${relation("a", "officeDocument", "word/document.xml")}</Relationships>`,
    "word/document.xml": `<w:document><w:body>${paragraph("Text")}<w:sectPr><w:footerReference r:id="f"/></w:sectPr></w:body></w:document>`,
    "word/_rels/document.xml.rels": `<Relationships>${relation("f", "footer", "footer1.xml")}</Relationships>`,
    "word/footer1.xml": `<w:ftr>${paragraph(text)}</w:ftr>`,
  };
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, xml]) => [name, strToU8(xml)])));
}

test("a footer of letters that begin words for pages is a footer", async () => {
  const texts = async (footer: string) => {
    const { content, blocks } = await parseDocument("/a.docx", withFooter(footer));
    return blocks.map(({ start, end }) => content.slice(start, end).trim());
  };
  const footer = `${"p".repeat(60)} ${"eppd".repeat(30)}x`;
  expect(await texts(footer)).toEqual(["Text", footer]);
  for (const number of ["Page 3 of 12", "- 3 -", "стр. 4", "Seite3von12"])
    expect(await texts(number)).toEqual(["Text"]);
});

test("options of LaTeX have one reading", async () => {
  const text = `\\documentclass{article}\\begin{document}\\section${"[a]    ".repeat(200)}x\nThe end.\\end{document}`;
  const { content } = await parseDocument("/a.tex", Buffer.from(text));
  expect(content).toContain("The end.");
});

test("time grows with the size, not with its square", async () => {
  const spaces = (count: number) => " ".repeat(40 * count);
  const shapes: Readonly<Record<string, (count: number) => string>> = {
    "title.md": (count) => `% a\n${spaces(count)}`,
    "a.adoc": (count) => `= a${spaces(count)}b\n\nx`,
    "b.adoc": (count) => `= a${"[#".repeat(20 * count)}\n\nx`,
    "a.org": (count) => `* a${spaces(count)}b\n\nx`,
    "a.tex": (count) => `\\title${spaces(count)}x`,
    "a.html": (count) => `<math alttext="{\\displaystyle ${spaces(count)}x"></math>`,
    "a.vtt": (count) => `WEBVTT\n\n00:00.000 --> 00:01.000\n<v ${spaces(count)}\n`,
    "b.vtt": (count) => `WEBVTT\n\n00:00.000 --> 00:01.000\n<00:0${".".repeat(40 * count)}\n`,
    "a.po": (count) => `#${spaces(count)}x\u2028y\nmsgid "a"\n`,
    "a.js": (count) => `it(${'"'.repeat(count)}\u0060, () => {});\n`,
    "a.ipynb": (count) => {
      const output = { output_type: "stream", text: `${"x".repeat(40 * count)}\n\r\n${"\r".repeat(40 * count)}x` };
      return JSON.stringify({ cells: [{ cell_type: "code", source: "a", outputs: [output] }], nbformat: 4 });
    },
  };
  for (const [name, shape] of Object.entries(shapes))
    await expectLinear(name, 1_000, (count) => parseDocument(`/${name}`, Buffer.from(shape(count))).catch(() => null));
});
