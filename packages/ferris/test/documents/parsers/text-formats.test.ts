/** Small formats of text: headings, records and what is said, without marks, counters, times and pictures. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { expectLinear } from "../support/growth.ts";
import { outline } from "../support/outline.ts";

async function read(name: string): Promise<string[]> {
  const bytes = readFileSync(new URL(`../../fixtures/text-formats/${name}`, import.meta.url));
  return outline(await parseDocument(`/${name}`, bytes)).map((block) => block.trim());
}

describe("formats whose file is their text", () => {
  test.each<[string, string[]]>([
    [
      "harbour.rst",
      [
        "heading [Mooring] ===========\nMooring\n===========",
        "prose [Mooring] .. contents::",
        "heading [Mooring > Introduction] Introduction\n============",
        "prose [Mooring > Introduction] The harbour has :ref:`nine <berths>` berths. Example::",
        "code [Mooring > Introduction]     def moor():\n        # comment\n        ======",
        "prose [Mooring > Introduction] Next para.",
        "heading [Mooring > Introduction > Sub code title] Sub ``code`` title\n------------------",
        "prose [Mooring > Introduction > Sub code title] .. code-block:: python",
        "code [Mooring > Introduction > Sub code title]    x = 1\n\n   Heading?\n   --------",
        "prose [Mooring > Introduction > Sub code title] Text after.",
        "heading [Mooring > Second] Second\n======",
        "prose [Mooring > Second] Bye.",
      ],
    ],
    [
      "harbour.adoc",
      [
        "heading [Harbour guide] = Harbour guide",
        "prose [Harbour guide] Ann Berg <ann@example.org>",
        "metadata [Harbour guide] :toc: left\n:version: 2",
        "prose [Harbour guide] Intro paragraph.",
        "heading [Harbour guide > Berths] == Berths",
        "prose [Harbour guide > Berths] [source,python]",
        "code [Harbour guide > Berths] ----\n== not a heading\nx = 1\n----",
        "heading [Harbour guide > Berths > Outer pier] === Outer pier [[outer]]",
        "table [Harbour guide > Berths > Outer pier] |===\n|Ship |Berth\n\n|Aurora |9\n|===",
        "heading [Harbour guide > Fees] == Fees",
        "prose [Harbour guide > Fees] Nine euros.",
      ],
    ],
    [
      "harbour.org",
      [
        "metadata [] #+TITLE: Ship's log",
        "metadata [] #+AUTHOR: Ann",
        "prose [] Intro.",
        expect.stringMatching(/^heading \[Fix the crane\] \* /) as unknown as string,
        "prose [Fix the crane]   SCHEDULED: <2024-06-03 Mon>",
        "metadata [Fix the crane]   :PROPERTIES:\n  :ID: abc\n  :END:",
        "prose [Fix the crane]   The crane is broken.",
        "heading [Fix the crane > Parts] ** Parts",
        "code [Fix the crane > Parts] #+BEGIN_SRC python\n* not a heading\nx = 1\n#+END_SRC",
        "prose [Fix the crane > Parts] See [[https://x.y][the list]].",
        "heading [Weather] * Weather",
        "prose [Weather] Fog.",
      ],
    ],
  ])("%s: the blocks cover it, under its headings", async (name, expected) => {
    const bytes = readFileSync(new URL(`../../fixtures/text-formats/${name}`, import.meta.url));
    const document = await parseDocument(`/${name}`, bytes);
    expect(outline(document).map((block) => block.trim())).toEqual(expected);
    expect(document.blocks.map(({ start, end }) => document.content.slice(start, end)).join("")).toBe(bytes.toString());
    expect(document.encoding).toEqual({ name: "utf-8", byteOrderMarkBytes: 0 });
  });
});

test.each<[string, string, string[]]>([
  ["a.txt", "One\r\rTwo\r", ["1 prose One\n\nTwo\n"]],
  ["a.rst", "One\r===\r\rText\r", ["1 heading One\n===\n\n", "4 prose Text\n"]],
  ["a.org", "* One\rText\r", ["1 heading * One\n", "2 prose Text\n"]],
  ["a.tex", "\\section{One}\r% not said\rText\r", ["1 heading One", "3 prose Text"]],
  ["a.ris", "TY  - BOOK\rTI  - Pumps\rER  - \r", ["2 metadata title: Pumps"]],
  ["a.srt", "1\r00:00:01,000 --> 00:00:02,000\rHello\r\r", ["3 prose Hello"]],
])("lines that end with a carriage return alone: %s", async (name, text, expected) => {
  const document = await parseDocument(`/${name}`, Buffer.from(text));
  const lineAt = (offset: number) => document.content.slice(0, offset).split("\n").length;
  expect(
    document.blocks.map(
      ({ kind, start, end, source }) =>
        `${source?.startLine ?? lineAt(start)} ${kind} ${document.content.slice(start, end)}`,
    ),
  ).toEqual(expected);
});

test("an event's description in HTML", async () => {
  const event =
    'BEGIN:VEVENT\nSUMMARY:Launch\nDESCRIPTION:See <b>pier 9</b><br>or <a href="https://x.y">the map</a>\\, a < b';
  const bytes = Buffer.from(`BEGIN:VCALENDAR\n${event}\nEND:VEVENT\nEND:VCALENDAR\n`);
  const document = await parseDocument("/a.ics", bytes);
  expect(outline(document)).toEqual(["heading [Launch] Launch", "prose [Launch] See pier 9\nor the map, a < b"]);
  expect(document.blocks[1]!.source!.startLine).toBe(4);
});

describe("formats that text is taken out of", () => {
  test.each<[string, string[]]>([
    [
      "harbour.tex",
      [
        "heading [Café am Hafen] Café am Hafen",
        "metadata [Café am Hafen] José",
        "prose [Café am Hafen] We study für ß and naïve Øre.",
        "heading [Introduction] Introduction",
        "prose [Introduction] The head loss is $h = f \\frac{L}{D}$ — for “smooth” pipes Not rough..",
        "prose [Introduction] Second paragraph with emphasis and 5 % loss & more.",
        "code [Introduction]   h = \\frac{1}{2}",
        "heading [Introduction > Data & methods] Data & methods",
        "list [Introduction > Data & methods] - First thing\n- Second thing",
        "prose [Introduction > Data & methods] Ship | Berth\nAurora | 9",
        "code [Introduction > Data & methods] \\section{not}",
        "prose [Introduction > Data & methods] The end.",
      ],
    ],
    ["harbour.srt", ["prose [00:00:01] The crane\nis broken.\nWho did it?", "prose [00:01:20] Nobody."]],
    ["harbour.vtt", ["prose [00:00:01] Ann: The crane is broken.\nThe crane is broken.\nWho & why?"]],
    [
      "harbour.bib",
      [
        "metadata [] key: smith2020\nauthor: Smith, Jörg and Müller, Ann\ntitle: The LaTeX of Cranes: café — part 1\njournal: Journal of Harbours\nyear: 2020\npages: 1–9\nabstract: Long text with nested braces in two lines.",
        "metadata [] key: x\ntitle: Paren book\nyear: 1999",
      ],
    ],
    [
      "harbour.ris",
      ["metadata [] author: Berg, Ann\ntitle: Cranes of the north\nyear: 2020\nabstract: A long abstract."],
    ],
    [
      "harbour.po",
      [
        "prose [] shown on the pier\nmenu\nOpen the gate\nDas Tor öffnen",
        "prose [] %d ship\n%d ships\n%d Schiff\n%d Schiffe",
      ],
    ],
    [
      "meet.ics",
      [
        "heading [Keel inspection of the Aurora] Keel inspection of the Aurora",
        "metadata [Keel inspection of the Aurora] Start: 2024-07-04 10:00 UTC",
        "prose [Keel inspection of the Aurora] Bring lamps, gloves\nand rope",
      ],
    ],
    [
      "book.fb2",
      ["heading [Sea] Sea", "heading [Chapter 1] Chapter 1", "prose [Chapter 1] The gull watched the cook."],
    ],
    ["notes.enex", ["heading [Ropes] Ropes", "prose [Ropes] Buy new ropes & blocks"]],
    [
      "feeds.opml",
      [
        "heading [Feeds] Feeds",
        "heading [Feeds > Boats] Boats",
        "list [Feeds > Boats] - Tide & time http://x/y",
        "list [Feeds > Boats] - Ropes",
        "prose [Feeds > Boats] Buy new ones",
      ],
    ],
    [
      "feed.rss",
      [
        "heading [Harbour news] Harbour news",
        "heading [Harbour news > Crane] Crane",
        "prose [Harbour news > Crane] http://x/1",
        "prose [Harbour news > Crane] The crane is repaired.",
        "heading [Harbour news > Fog] Fog",
        "prose [Harbour news > Fog] Fog till noon.",
        "prose [Harbour news > Fog] Then sun.",
      ],
    ],
    [
      "book.xml",
      [
        "heading [Manual] Manual",
        "heading [Manual > Start] Start",
        "prose [Manual > Start] Turn the big wheel.",
        "prose [Manual > Start] One",
        "prose [Manual > Start] Two",
        "heading [Manual > Start > Stop] Stop",
        "prose [Manual > Start > Stop] Let go.",
        "heading [Manual > End] End",
        "prose [Manual > End] Bye.",
      ],
    ],
    [
      "pom.xml",
      [
        "metadata [] modelVersion: 4.0.0",
        "metadata [] groupId: org.x",
        "metadata [] groupId: a\nartifactId: b",
        "metadata [] key: color; value: red",
      ],
    ],
    ["card.vcf", ["heading [Mira Åberg] Mira Åberg", "metadata [Mira Åberg] Phone: +47 555 0101"]],
  ])("%s", async (name, expected) => {
    expect(await read(name)).toEqual(expected);
  });

  test("a page that Word, Excel or a wiki saved as one file, under their names", async () => {
    const page = (above: string) =>
      `${above}MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="b"\r\n\r\nThis document is a Single File Web Page, for Windows\xae.\r\n\r\n--b\r\n` +
      'Content-Type: text/html; charset="windows-1252"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<h1>Harbour rules</h1><p>The caf=E9 clo=\r\nses at ten.</p>\r\n--b--\r\n';
    for (const [name, above] of [
      ["a.doc", "Date: Mon, 3 Jun 2024 07:12:00 +0000\r\nSubject: Exported From Confluence\r\n"],
      ["a.xls", "X-Document-Type: Workbook\r\n"],
      ["a.doc", ""],
    ]) {
      const document = await parseDocument(`/${name}`, Buffer.from(page(above!), "latin1"));
      expect(outline(document)).toEqual([
        "heading [Harbour rules] Harbour rules",
        "prose [Harbour rules] The café closes at ten.",
      ]);
    }
  });

  test("what only has the name is damaged", async () => {
    for (const name of ["a.ics", "a.vcf", "a.srt", "a.vtt", "a.mht", "a.canvas"])
      await expect(parseDocument(`/${name}`, Buffer.from("Just words.\n"))).rejects.toMatchObject({
        reason: "damaged",
      });
  });
});

test("a property list that names itself, or more than it holds, is damaged", async () => {
  const loop = Buffer.concat([Buffer.from("bplist00"), Buffer.from([0xa1, 0x00, 0x08]), Buffer.alloc(32)]);
  loop.set([1, 1], loop.length - 26);
  loop[loop.length - 17] = 1;
  loop[loop.length - 1] = 10;
  const cut = Buffer.from(loop);
  cut[8] = 0xae;
  for (const bytes of [loop, cut, loop.subarray(0, 20)])
    await expect(parseDocument("/a.webarchive", bytes)).rejects.toMatchObject({ reason: "damaged" });
});

test("time grows with the size, not with its square", async () => {
  const shapes: Readonly<Record<string, string>> = {
    "a.tex": "\\section{a \\begin{verbatim} $x {",
    "b.tex": "\\[ \\'{",
    "c.tex": "\\newcommand{\\a}[1]{%\n",
    "a.rst": "a::\n\n",
    "b.rst": "===\nx\n===\n  y\n",
    "a.adoc": "----\n=== x\n....\n",
    "a.org": "#+begin_src\n* x\n:a:\n",
    "a.bib": '@article{a, title = {x "y\n',
    "b.bib": "@",
    "a.ris": "TI  - x\n y\n",
    "a.po": 'msgid "a"\nmsgstr "b"\n',
    "a.srt": "00:00:01,000 --> 00:00:02,000\nx\n",
    "a.ics": 'BEGIN:VCALENDAR\n BEGIN:VEVENT\nSUMMARY;A="\n',
    "b.ics": "BEGIN:VEVENT\nDESCRIPTION:\\;\\,\n",
    "a.xml": "<a><title>x</title>",
    "b.xml": "<a b='c'/>",
    "c.xml": "&lt;<p>x</p>",
    "a.opml": "<outline text='x'>",
    "a.vcf": "BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:=\n",
  };
  for (const [name, unit] of Object.entries(shapes))
    await expectLinear(name, 2_000, (count) =>
      parseDocument(`/${name}`, Buffer.from(unit.repeat(count))).catch(() => null),
    );
});

test("LaTeX: what a list describes is text, a comment in a heading is not", async () => {
  const text =
    "\\begin{document}\\section{Ship parts% to be checked\n}\n\\begin{description}\n\\item[{Keel [wooden]}] Holds her.\n" +
    "\\item[Mast:] Carries sails.\n\\item[--] Rest.\n\\end{description}\n\\end{document}";
  expect(outline(await parseDocument("/a.tex", Buffer.from(text)))).toEqual([
    "heading [Ship parts] Ship parts",
    "list [Ship parts] - Keel [wooden]: Holds her.\n- Mast: Carries sails.\n- Rest.",
  ]);
  const pandoc =
    "\\begin{document}\n\\hypertarget{parts}{%\n\\section{Parts}\\label{parts}}\n\n\\begin{enumerate}\n" +
    "\\def\\labelenumi{\\arabic{enumi}.}\n\\tightlist\n\\item\n  Definitions\n\\item\n  Payment\n\\end{enumerate}\n\\end{document}";
  expect(outline(await parseDocument("/a.tex", Buffer.from(pandoc)))).toEqual([
    "heading [Parts] Parts",
    "list [Parts] 1. Definitions\n2. Payment",
  ]);
});

test("LaTeX: the title page, both forms of a heading, headers of a table's later pages, coloured programs", async () => {
  const text =
    "\\documentclass{article}\n\\title[Short]{Tides of the \\emph{harbour}}\n\\author{Ann Berg\\thanks{Of Bergen} \\and Bo Lund}\n" +
    "% \\author{Nobody}\n\\date{\\today}\n\\begin{document}\n\\maketitle\n\\section{\\texorpdfstring{\\textbf{High \\emph{water}}}{High water} at noon}\n" +
    "\\begin{longtable}{ll}\nDay & Time \\\\\n\\endfirsthead\nDay & Time \\\\\n\\endhead\n1 & 04:12 \\\\\n\\end{longtable}\n" +
    "\\begin{Shaded}\n\\begin{Highlighting}[]\n\\KeywordTok{def}\\NormalTok{ moor(x\\_y):}\n    \\ControlFlowTok{return}\\NormalTok{ \\{\\}}\n\\end{Highlighting}\n\\end{Shaded}\n\\end{document}";
  const document = await parseDocument("/a.tex", Buffer.from(text));
  expect(outline(document)).toEqual([
    "heading [Tides of the harbour] Tides of the harbour",
    "metadata [Tides of the harbour] Ann Berg Of Bergen, Bo Lund",
    "heading [High water at noon] High water at noon",
    "prose [High water at noon] Day | Time\n1 | 04:12",
    "code [High water at noon] def moor(x_y):\n    return {}",
  ]);
  expect(document.blocks.map(({ source }) => source!.startLine)).toEqual([2, 3, 8, 10, 18]);
});

test("LaTeX: slides have their titles, and no numbers of steps", async () => {
  const text =
    "\\documentclass[t]{beamer}\n\\begin{document}\n\\begin{frame}[fragile]{Fog signals}\nOne blast.\\footnote<.->{Long.}\n" +
    "\\begin{itemize}\n\\item<2-> Horn\n\\end{itemize}\n\\end{frame}\n\\end{document}";
  expect(outline(await parseDocument("/a.tex", Buffer.from(text)))).toEqual([
    "heading [Fog signals] Fog signals",
    "prose [Fog signals] One blast. Long.",
    "list [Fog signals] - Horn",
  ]);
});

test("LaTeX: arguments that are no text are not glued to what is", async () => {
  const text =
    "\\begin{document}\nSee \\hyperlink{target-name}{the word} and \\hyperref[sec:one]{section one}, \\autocite[12]{smith2001}.\n\n" +
    "\\colorbox{yellow}{marked} \\fcolorbox{red}{white}{framed} \\parbox{3cm}{boxed} \\raisebox{2pt}{raised} \\rule{3cm}{1pt} " +
    "\\resizebox{3cm}{!}{scaled} \\rotatebox{90}{turned} \\fontsize{10}{12} sized \\definecolor{mine}{rgb}{1,0,0} " +
    "\\foreignlanguage{german}{deutsche} \\mintinline{python}{x = 1}\n\n" +
    "\\begin{tabular}{ll}\\multicolumn{2}{c}{Merged}\\\\ \\cmidrule{1-2} a & b\\\\ \\multirow{2}{*}{tall} & c \\end{tabular}\n\\end{document}";
  expect(outline(await parseDocument("/a.tex", Buffer.from(text)))).toEqual([
    "prose [] See the word and section one, .",
    "prose [] marked framed boxed raised scaled turned sized deutsche x = 1",
    "prose [] Merged\na | b\ntall | c",
  ]);
});

test("XML: tables of all vocabularies have columns, programs lines, formulas one form", async () => {
  const readXml = async (xml: string) => outline(await parseDocument("/a.xml", Buffer.from(xml)));
  const docBook =
    "<article><title>Ships</title><table><title>Crew</title><tgroup cols='3'><colspec align='left'/><thead><row><entry>Ship</entry>" +
    "<entry>Role</entry><entry>Name</entry></row></thead><tbody><row><entry morerows='1'><para>Aurora</para></entry><entry>Captain</entry>" +
    "<entry>Ann</entry></row><row><entry>Cook</entry><entry>Bo</entry></row></tbody></tgroup></table>" +
    "<programlisting>if a:\n    b()</programlisting></article>";
  expect(await readXml(docBook)).toEqual([
    "heading [Ships] Ships",
    "prose [Ships] Crew",
    "table [Ships] Ship: Aurora; Role: Captain; Name: Ann",
    "table [Ships] Ship: Aurora; Role: Cook; Name: Bo",
    "code [Ships] if a:\n    b()",
  ]);
  const jats =
    "<article><body><sec><title>Energy</title><p>It is\n  <inline-formula><alternatives><tex-math>E=mc^2</tex-math>" +
    "<mml:math><mml:mi>E</mml:mi></mml:math></alternatives></inline-formula>\n  here.</p><table-wrap><table><tr><th>Mass</th><th>Speed</th></tr>" +
    "<tr><td colspan='2'>unknown</td></tr><tr><td>4</td><td>5</td></tr></table></table-wrap></sec></body></article>";
  expect(await readXml(jats)).toEqual([
    "heading [Energy] Energy",
    "prose [Energy] It is E=mc^2 here.",
    "table [Energy] Mass: unknown",
    "table [Energy] Mass: 4; Speed: 5",
  ]);
});
