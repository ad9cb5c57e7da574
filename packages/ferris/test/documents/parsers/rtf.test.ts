/** RTF as LibreOffice, pandoc and people's programs write it: character sets, styles, lists, tables, notes; and what hostile ones cost. */
import { processorTime } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { outline } from "../support/outline.ts";

test.each<[string, string[]]>([
  [
    "letter.rtf",
    ["prose [] The lighthouse keeper’s café closes at dusk.", "prose [] Rules", "prose [] Bring your own cup."],
  ],
  [
    "libreoffice.rtf",
    ["heading [Harbour rules] Harbour rules", "prose [Harbour rules] Boats over nine metres moor at the outer pier."],
  ],
  [
    "gridspan.rtf",
    [
      "heading [Rates] Rates",
      "table [Rates] Season: Summer; Single: 80; Double: 120; Breakfast: 12",
      "table [Rates] Season: Winter; Single: closed; Breakfast: 9",
    ],
  ],
  [
    "pandoc.rtf",
    [
      "prose [] Harbour handbook",
      "heading [Mooring] Mooring",
      String.raw`prose [Mooring] Moor at the outer pier. The head loss is $h_f = \lambda \frac{L}{D} \frac{v^2}{2g}$ and $\sqrt{x+1}$.`,
      "prose [Mooring] The inner pier is closed in winter.",
      "prose [Mooring] 1.\tFirst step",
      "prose [Mooring] 2.\tSecond step",
      "prose [Mooring] a.\tInner step",
      "prose [Mooring] b.\tAnother",
      "prose [Mooring] 3.\tThird step",
      String.raw`prose [Mooring] $$\sum_{i=1}^{n} x_i = \int_0^1 f(t)\,dt$$`,
      "table [Mooring] Ship: Aurora; Berth: 12; Length: 32 m",
      "table [Mooring] Ship: Borealis; Berth: 7; Length: 41 m",
      "prose [Mooring] A quotation of the harbour master.",
      "heading [Mooring > Fuel] Fuel",
      "prose [Mooring > Fuel] Diesel only.",
    ],
  ],
])("%s", async (name, expected) => {
  expect(await outlineOfFixture(`office/${name}`)).toEqual(expected);
});

async function read(rtf: string | Buffer): Promise<string[]> {
  const bytes = typeof rtf === "string" ? Buffer.from(`{\\rtf1\\ansi\\ansicpg1252 ${rtf}}`, "latin1") : rtf;
  return outline(await parseDocument("/a.rtf", bytes));
}

describe("what is not text", () => {
  test.each<[string, string, string[]]>([
    [
      "a star in the middle of a group marks nothing",
      String.raw`{\b\*\cs7 The fox jumps}\par`,
      ["prose [] The fox jumps"],
    ],
    [
      "properties of drawings, but for what they say",
      String.raw`Text{\shp{\*\shpinst\shpleft4866{\sp{\sn shapeType}{\sv 202}}{\sp{\sn gtextUNICODE}{\sv Grand opening}}{\shptxt In a box}}}\par`,
      ["prose [] Text", "prose [] Grand opening", "prose [] In a box"],
    ],
    [
      "how AbiWord's frames look",
      String.raw`{\shp{\*\shpinst{\abiframeprops frame-type:textbox; bg-style:1}{\shptxt In a box\par}}}Text\par`,
      ["prose [] Text", "prose [] In a box"],
    ],
    [
      "boxes with paragraphs and tables, which follow their paragraph and change nothing about it",
      String.raw`{\stylesheet{\s1 heading 1;}}\pard\s1 Head{\shp{\*\shpinst{\shptxt\pard\plain One\par\trowd\cellx1\cellx2\pard\intbl a\cell b\cell\row\pard Two\par}}{\shprslt\par{\*\do\dptxbx{\dptxbxtext Again\par}}}}ing\par`,
      ["heading [Heading] Heading", "prose [Heading] One", "table [Heading] a | b", "prose [Heading] Two"],
    ],
    [
      "boxes as Word 6 wrote them",
      String.raw`Be{\*\do\dobxcolumn{\dptxbx{\dptxbxtext\pard\plain In it\par}\dpx1}}fore\par`,
      ["prose [] Before", "prose [] In it"],
    ],
    [
      "tables within cells do not say where the cells around them end",
      String.raw`\trowd\cellx100\cellx200\pard\intbl A\cell B\cell\row\trowd\cellx100\cellx200\pard\intbl 1\cell\pard\intbl 2\par\pard\intbl\itap2 in\nestcell{\*\nesttableprops\trowd\cellx50\nestrow}{\nonesttables\par}\pard\intbl\cell\row\pard End\par`,
      ["table [] A: 1; B: 2 in", "prose [] End"],
    ],
    [
      "cells of tables in notes and headers stand apart",
      String.raw`{\header\trowd\cellx1\cellx2\pard\intbl Rev\cell 7\cell\row\pard\par}Text{\footnote\trowd\cellx1\cellx2\pard\intbl Ship\cell Fee\cell\row\pard Paid\par}\par`,
      ["prose [] Text", "prose [] Ship\tFee\t\nPaid", "prose [] Rev\t7"],
    ],
    ["readings of half a point", String.raw`{\field{\*\fldinst EQ \\o\\ad(\\s\\up 9.5(ab),cd)}}\par`, ["prose [] cd"]],
    [
      "the initial of a paragraph, in one of its own",
      String.raw`\pard\dropcapli3\dropcapt1 T\par\pard he harbour\par`,
      ["prose [] The harbour"],
    ],
    [
      "buttons and signs that a field's instruction says",
      String.raw`{\field{\*\fldinst GOTOBUTTON p2 Go there}} {\field{\*\fldinst SYMBOL 252 \\f "Wingdings"}} {\field{\*\fldinst SYMBOL 8364 \\u}}\par`,
      ["prose [] Go there ✓ €"],
    ],
    [
      "definitions of lists outside of their table",
      String.raw`{\par}{\list{\listlevel\levelnfc0{\leveltext \'02\'00.}{\levelnumbers \'01}}{\listname List12;}\listid19}Text\par`,
      ["prose [] Text"],
    ],
    [
      "what is said for programs that know no Unicode",
      String.raw`{\info{\upr{\title ???}{\*\ud{\title \u28023\'3f}}}}{\upr{A ? sea}{\*\ud{A \u28023\'3f sea}}}\par`,
      ["prose [] A 海 sea"],
    ],
    [
      "readings over characters, in fields as Word before 2007 had them",
      String.raw`In {\field{\*\fldinst EQ \\* jc2 \\* hps10 \\o\\ad(\\s\\up 9(ab),cd)}} now\par`,
      ["prose [] In cd now"],
    ],
    [
      "headers and footers are said once, at the end",
      String.raw`{\header Animal Hospital\par (555) 555-1212\par}{\footer Page 3\par}{\headerf Animal Hospital\par}Text\par`,
      ["prose [] Text", "prose [] Animal Hospital", "prose [] (555) 555-1212"],
    ],
  ])("%s", async (_, rtf, expected) => {
    expect(await read(rtf)).toEqual(expected);
  });
});

test("forms: boxes to tick, lists to choose from", async () => {
  const field = (kind: string, data: string) =>
    String.raw`{\field{\*\fldinst { ${kind} }{{\*\formfield{\fftype${data}{\*\ffname n}}}}}{\fldrslt {}}}`;
  const box = (data: string) => field("FORMCHECKBOX", `1${data}`);
  const list = field("FORMDROPDOWN", String.raw`2\ffhaslistbox1\ffres1{\*\ffl sloop}{\*\ffl ketch}`);
  expect(
    await read(
      String.raw`${box(String.raw`\ffres1`)} A ${box(String.raw`\ffres25\ffdefres0`)} B, a ${list} C {\field{\*\fldinst FORMTEXT}{\fldrslt typed}}\par`,
    ),
  ).toEqual(["prose [] ☒ A ☐ B, a ketch C typed"]);
});

describe("formulas are the line that they are in .docx", () => {
  test.each<[string, string, string]>([
    [
      "fractions, scripts and roots",
      String.raw`{\mmath{\*\moMath{\mr E=}{\mf{\mfPr{\*\mctrlPr\f43}}{\mnum{\msSup{\me{\mr c}}{\msup{\mr 2}}}}{\mden{\mrad{\mradPr{\mdegHide on}}{\mdeg}{\me{\mr\mscr0\msty2{\rtlch\af31{\ltrch 1\u8722?x}}}}}}}}{\mmathPict 8950}}`,
      "E=(c^2)/(√(1−x))",
    ],
    [
      "signs that are properties",
      String.raw`{\*\moMathPara{\*\moMath{\mnary{\mnaryPr{\mchr \u8721?}{\mlimLoc undOvr}}{\msub{\mr i=1}}{\msup{\mr n}}{\me{\md{\mdPr{\mbegChr [}{\mendChr ]}}{\me{\mr x}}}}}}}`,
      "∑_(i=1)^n [x]",
    ],
    [
      "matrices",
      String.raw`{\*\moMath{\mm{\mmr{\me{\mr 1}}{\me{\mr 2}}}{\mmr{\me{\mr 3}}{\me{\mr 4}}}}}`,
      "[1, 2; 3, 4]",
    ],
    ["one that never ends", String.raw`{\*\moMath{\mf{\mnum{\mr a}}{\mden{\mr b`, ""],
  ])("%s", async (_, formula, expected) => {
    const found = await read(String.raw`So ${formula} holds.\par`);
    if (expected === "") expect(found.length).toBeLessThan(2);
    else expect(found).toEqual([`prose [] So ${expected} holds.`]);
  });

  test("groups in groups, as many as a file has room for", async () => {
    const started = processorTime();
    await read(String.raw`{\*\moMath ${String.raw`{\mf{\mnum `.repeat(2_000)}x${"}}".repeat(2_000)}}\par`);
    await read(String.raw`{\*\moMath ${String.raw`{\mr x}`.repeat(200_000)}}\par`);
    expect(processorTime() - started).toBeLessThan(10_000);
  });
});

describe("characters", () => {
  test.each<[string, string, string]>([
    ["of the document's code page", String.raw`caf\'e9 \'80`, "café €"],
    ["bytes as they stand", "caf\xe9", "café"],
    [
      "by their number, with what stands in for them",
      String.raw`\u8364?5 \uc2\u8364\'80x6 \uc0\u-10179\u-8694`,
      "€5 €6 😊",
    ],
    ["fallbacks end with their group", String.raw`{\uc3\u8364}abc`, "€abc"],
    [
      "of a font's character set",
      String.raw`{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset161 Greek;}}{\f1\'cf\'f0\'e8\'e2\'e5\'f2} {\f2\'e1\'e2}`,
      "Привет αβ",
    ],
    [
      "of two bytes, the second of them a letter",
      String.raw`{\fonttbl{\f1\fcharset128 MS Mincho;}}{\f1\'93\'8c\'8b\'9e \'83\'41\'83A}`,
      "東京 アア",
    ],
    ["of the font Symbol", String.raw`{\fonttbl{\f3\fcharset2 Symbol;}}{\f3\'6d}F {\f3\u61549?}`, "µF µ"],
    ["with names", String.raw`a\~b\_c\-d \emdash\ldblquote x\rdblquote\line\{\}\\`, "a\u00a0b-cd —“x”\n{}\\"],
    ["raw ends of lines are nothing", "one\r\n two", "one two"],
  ])("%s", async (_, rtf, expected) => {
    expect(await read(rtf)).toEqual([`prose [] ${expected}`]);
  });

  test("of a Japanese document", async () => {
    const rtf = Buffer.from(String.raw`{\rtf1\ansi\ansicpg932 \'93\'8c\'8b\'9e}`, "latin1");
    expect(await read(rtf)).toEqual(["prose [] 東京"]);
  });
});

test("headings by styles and levels, lists with their numbers, deleted text, passable groups, fields, pictures", async () => {
  const rtf = String.raw`{\stylesheet{\s1\b heading 1;}{\s2 Titre 2;}{\*\cs3 heading 3;}{\s4\outlinelevel2 Own;}}{\info{\title Rules}{\author Nobody}}{\header Page}{\*\unknown hidden {\b too}}
\pard\s1 Mooring\par\pard\s2 Inner\par\pard\s4 Deeper\par\pard\plain Text{\deleted  gone}{\revised  new}\par
\pard{\listtext\pard\plain 1.\tab}\ls1 First\par\pard{\pntext\'b7\tab}Second\par
\pard{\field{\*\fldinst TOC \\o}{\fldrslt Mooring 3}}{\field{\*\fldinst HYPERLINK "x"}{\fldrslt a link}}{\pict 89504e47}{\object{\*\objdata 0105}{\result shown}}{\*\bkmkstart x}{\xe index}\par
\outlinelevel1 Direct\par`;
  const document = await parseDocument("/a.rtf", Buffer.from(`{\\rtf1\\ansi ${rtf}}`, "latin1"));
  expect(document.title).toBe("Rules");
  const path = "Mooring > Inner > Deeper";
  expect(outline(document)).toEqual([
    "heading [Mooring] Mooring",
    "heading [Mooring > Inner] Inner",
    `heading [${path}] Deeper`,
    `prose [${path}] Text new`,
    `list [${path}] 1. First`,
    `list [${path}] - Second`,
    `prose [${path}] a linkshown`,
    "heading [Mooring > Direct] Direct",
  ]);
});

test("notes and comments follow their paragraph; merged cells keep their columns", async () => {
  const cells = (...ends: string[]) => `\\trowd ${ends.join("")}\\pard\\intbl `;
  const rtf = [
    String.raw`Before{\footnote\pard\plain \chftn A note\par with two lines}{\*\annotation\pard Check} after\par `,
    `${cells("\\cellx1000", "\\cellx2000", "\\cellx3000")}Ship\\cell Winter\\cell Summer\\cell\\row `,
    `${cells("\\clvmgf\\cellx1000", "\\cellx3010")}Aurora\\cell closed\\cell\\row `,
    `${cells("\\clvmrg\\cellx1000", "\\cellx2000", "\\cellx3000")}\\cell 1\\cell 2\\cell\\row `,
    `${cells("\\cellx1000", "\\clmgf\\cellx2000", "\\clmrg\\cellx3000")}Fram\\cell both\\cell\\cell\\row \\pard Text\\par`,
  ].join("");
  expect(await read(rtf)).toEqual([
    "prose [] Before after",
    "prose [] A note\nwith two lines",
    "prose [] Check",
    "table [] Ship: Aurora; Winter: closed",
    "table [] Ship: Aurora; Winter: 1; Summer: 2",
    "table [] Ship: Fram; Winter: both",
    "prose [] Text",
  ]);
});

test.each<[string, string]>([
  ["groups without end", "{".repeat(4_000)],
  ["ends without groups", "}".repeat(1_000_000)],
  ["numbers without end", "\\u99999999999 \\bin999999999 \\uc99999999 x".repeat(10_000)],
  ["bytes without end", "\\'e9".repeat(300_000)],
  ["backslashes", "\\".repeat(1_000_001)],
  [
    "fonts, styles and cells without end",
    `{\\fonttbl${Array.from({ length: 50_000 }, (_, i) => `{\\f${i} x;}`).join("")}}${"\\trowd\\cellx1\\intbl x\\cell\\row".repeat(20_000)}`,
  ],
])("%s cost no more than their size", async (_, rtf) => {
  const started = processorTime();
  await read(rtf);
  expect(processorTime() - started).toBeLessThan(5_000);
});

test("groups nested too deep are named", async () => {
  await expect(read("{".repeat(100_000))).rejects.toMatchObject({ reason: "damaged" });
});
