/** Word's less common content: tables of older versions and in notes, initials, figures that nobody has counted, lines over formulas. */
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { docx, paragraph, run } from "../support/made-docx.ts";
import { outline } from "../support/outline.ts";

const read = async (...document: Parameters<typeof docx>) => outline(await parseDocument("/a.docx", docx(...document)));

test("cells that Word 97 merged belong together", async () => {
  const cell = (text: string, merge = "") => `<w:tc><w:tcPr>${merge}</w:tcPr>${paragraph(run(text))}</w:tc>`;
  const body = `<w:tbl><w:tr>${cell("Ship", '<w:hMerge w:val="restart"/>')}${cell("", "<w:hMerge/>")}${cell("Price")}</w:tr><w:tr>${cell("Aurora")}${cell("Ferry")}${cell("12")}</w:tr></w:tbl>`;
  expect(await read(body)).toEqual(["table [] Ship: Aurora; Ship: Ferry; Price: 12"]);
});

test("a document that is put into a cell is read there", async () => {
  const body = `<w:tbl><w:tr><w:tc>${paragraph(run("A"))}</w:tc><w:tc><w:altChunk r:id="c"/></w:tc></w:tr></w:tbl>`;
  expect(await read(body, { "word/c.htm": "<p>From a page.</p>" }, { "aFChunk:c": "c.htm" })).toEqual([
    "table [] A | From a page.",
  ]);
});

test("a table in a note is one", async () => {
  const cell = (text: string) => `<w:tc>${paragraph(run(text))}</w:tc>`;
  const table = `<w:tbl><w:tr>${cell("Ship")}${cell("Fee")}</w:tr><w:tr>${cell("Fram")}${cell("12")}</w:tr></w:tbl>`;
  expect(
    await read(
      paragraph(`${run("Text")}<w:r><w:footnoteReference w:id="1"/></w:r>`),
      {
        "word/f.xml": `<w:footnotes><w:footnote w:id="1">${table}${paragraph(run("Paid."))}</w:footnote></w:footnotes>`,
      },
      { footnotes: "f.xml" },
    ),
  ).toEqual(["prose [] Text", "table [] Ship: Fram; Fee: 12", "prose [] Paid."]);
});

test("lines and arrows over and under formulas", async () => {
  const words = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
  const bar = (position: string) =>
    `<m:bar><m:barPr><m:pos m:val="${position}"/></m:barPr><m:e>${words("x")}</m:e></m:bar>`;
  const arrow = `<m:groupChr><m:groupChrPr><m:chr m:val="→"/><m:pos m:val="top"/></m:groupChrPr><m:e>${words("ab")}</m:e></m:groupChr>`;
  const brace = `<m:groupChr><m:e>${words("cd")}</m:e></m:groupChr>`;
  const body = paragraph(
    `<m:oMath>${bar("top")}${words("+")}${bar("bot")}${words("=")}${arrow}${words("=")}${brace}</m:oMath>`,
  );
  expect(await read(body)).toEqual(["prose [] x\u0305+x\u0332=ab^→=cd"]);
});

test("figures are counted where the program that wrote the file left it to Word; fields without a result show their instruction", async () => {
  const field = (instruction: string, result: string | null) =>
    `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>${instruction}</w:instrText></w:r>${result === null ? "" : `<w:r><w:fldChar w:fldCharType="separate"/></w:r>${result}`}<w:r><w:fldChar w:fldCharType="end"/></w:r>`;
  const simple = '<w:fldSimple w:instr=" SEQ Figure \\* ARABIC "/>';
  const body = [
    run("Figure ") + field(" SEQ Figure ", null),
    run("Figure ") + field(" SEQ Figure ", run("2")),
    run("Figure ") + simple,
    run("Table ") + field(" SEQ Table \\r 7", ""),
    run("again ") + field(" SEQ Table \\c", ""),
    field(" EQ \\f(1,2) ", ""),
  ];
  expect(await read(body.map((inner) => paragraph(inner)).join(""))).toEqual(
    ["Figure 1", "Figure 2", "Figure 3", "Table 7", "again 7", "1/2"].map((line) => `prose [] ${line}`),
  );
});

test("a large initial is the beginning of its paragraph", async () => {
  const initial = (text: string, kind: string) => paragraph(run(text), `<w:framePr w:dropCap="${kind}" w:lines="3"/>`);
  const body = initial("T", "drop") + paragraph(run("he harbour")) + initial("A", "margin") + paragraph(run("urora"));
  expect(await read(body + initial("Z", "drop"))).toEqual(["prose [] The harbour", "prose [] Aurora", "prose [] Z"]);
});
