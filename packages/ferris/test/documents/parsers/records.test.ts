/** Formats of records: CSV, JSON, JSON Lines, notebooks, mail. Files from LibreOffice, Jupyter and Python's mail package. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { chunkDocument } from "../../../src/documents/chunk/chunk.ts";
import type { ParsedDocument } from "../../../src/documents/document.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { countWords } from "../../indexing/support/words-embedder.ts";
import { outline } from "../support/outline.ts";

async function parse(path: string, text: string): Promise<ParsedDocument> {
  return parseDocument(path, Buffer.from(text));
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
}

/** First and last line of each block in the file. */
function lines({ blocks }: ParsedDocument): [number, number][] {
  return blocks.map(({ source }) => [source!.startLine, source!.endLine]);
}

describe("CSV", () => {
  test("a file from LibreOffice, whatever the separator", async () => {
    const expected = [
      "table [] Part: Seal; Stock: 12; Supplier: Harbour Supplies",
      "table [] Part: Bearing; Stock: 3; Supplier: Miller, Sons",
      "table [] Part: Grease; Stock: 40; Supplier: Oil & Co",
    ];
    const document = await parseDocument("/stock.csv", fixture("stock.csv"));
    expect(outline(document)).toEqual(expected);
    expect(lines(document)).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    const tabs = "Part\tStock\tSupplier\r\nSeal\t12\tHarbour Supplies\r\n";
    expect(outline(await parse("/a.tsv", tabs))).toEqual(expected.slice(0, 1));
    expect(outline(await parse("/a.csv", tabs))).toEqual(expected.slice(0, 1));
  });

  test("quotes, line ends inside of them, empty cells, long rows, no header", async () => {
    const document = await parse("/a.csv", 'name,text\n"a ""b""","one\ntwo"\nc,\n\nd,e,more\n');
    expect(outline(document)).toEqual([
      'table [] name: a "b"; text: one\ntwo',
      "table [] name: c",
      "table [] name: d; text: e; more",
    ]);
    expect(lines(document)).toEqual([
      [2, 3],
      [4, 4],
      [6, 6],
    ]);
    expect(outline(await parse("/a.csv", "1,2\n3,4\n"))).toEqual(["table [] 1 | 2", "table [] 3 | 4"]);
    expect(outline(await parse("/a.csv", 'a,b\nc,"never closed\n'))).toEqual(["table [] a: c; b: never closed"]);
  });

  test("short rows share a chunk, whose lines are theirs", async () => {
    const document = await parse(
      "/a.csv",
      `name,number\n${Array.from({ length: 50 }, (_, i) => `row${i},${i}`).join("\n")}\n`,
    );
    const chunks = chunkDocument(document, { maxTokens: 64 }, countWords);
    expect(chunks.length).toBeLessThan(12);
    expect(chunks[0].startLine).toBe(2);
    expect(chunks.at(-1)!.endLine).toBe(51);
    for (const [i, chunk] of chunks.entries()) if (i > 0) expect(chunk.startLine).toBe(chunks[i - 1].endLine + 1);
  });
});

describe("JSON", () => {
  test("small values are lines of a path and a value; large ones are cut with their keys as headings", async () => {
    expect(
      outline(await parse("/a.json", '{"name":"x","on":true,"list":[1,2],"deep":{"a":{"b":"c"}},"none":null}')),
    ).toEqual(["code [] name: x\non: true\nlist: 1, 2\ndeep.a.b: c"]);
    const large = {
      title: "Big",
      items: [
        { id: 1, text: "a ".repeat(900) },
        { id: 2, text: "b ".repeat(900) },
      ],
    };
    const document = await parse("/a.json", JSON.stringify(large, null, 2));
    expect(document.title).toBe("Big");
    expect(outline(document).map((line) => line.slice(0, 30))).toEqual([
      "code [] title: Big",
      "code [items] id: 1\ntext: a a a",
      "code [items] id: 2\ntext: b b b",
    ]);
    expect(lines(document)).toEqual([
      [2, 2],
      [5, 6],
      [9, 10],
    ]);
  });

  test("numbers keep their digits", async () => {
    const json =
      '{"id": 1745398200918273645, "price": 1.0, "list": [-2.50e3, 12345678901234567890], "text": "7 \\"8\\""}';
    const expected = ["id: 1745398200918273645", "price: 1.0", "list: -2.50e3, 12345678901234567890", 'text: 7 "8"'];
    expect((await parse("/a.json", json)).content.trim().split("\n")).toEqual(expected);
    expect((await parse("/a.jsonl", json)).content.trim().split("\n")).toEqual(expected);
    expect((await parse("/a.jsonl", '{1: "a"}')).warnings).toHaveLength(1);
  });

  test("comments and trailing commas are allowed for, and lines stay what they are", async () => {
    const json =
      '// settings, see "docs"\n{ "a": 1, /* one,\n] */ "url": "http://x/*y*/", // last\n  "list": [1, 2, ], }\n';
    const document = await parse("/tsconfig.json", json);
    expect(document.content.trim().split("\n")).toEqual(["a: 1", "url: http://x/*y*/", "list: 1, 2"]);
    expect(document.warnings).toEqual([]);
    expect(document.blocks[0]!.source).toMatchObject({ startLine: 2, endLine: 4 });
  });

  test("JSON5: names without quotes, single quotes, other numbers, lines where they stand", async () => {
    const json =
      "// JSON5\n{\n  name: 'It\\'s \"here\"',\n  hex: 0xFF, plus: +1, half: .5,\n  'two words': [1, 2,],\n  long: 'a \\\nb',\n}\n";
    const document = await parse("/a.json5", json);
    expect(document.warnings).toEqual([]);
    expect(document.content.trim().split("\n")).toEqual([
      'name: It\'s "here"',
      "hex: 0xFF",
      "plus: +1",
      "half: .5",
      "two words: 1, 2",
      "long: a b",
    ]);
    expect(document.lineRuns!.map(({ line }) => line)).toEqual([3, 4, 5, 6]);
    for (const broken of ["{a: 'b}", "{a b}", "{a:: 1}", "[1,,2]", "hello: 'x'"])
      expect((await parse("/a.json5", broken)).warnings, broken).toHaveLength(1);
  });

  test("what is not JSON is read as text; a million levels do not hang", async () => {
    const cut = '{ "a": 1, "b": [1,2\n';
    expect(await parse("/data.json", cut)).toMatchObject({
      type: "json",
      content: cut,
      encoding: { name: "utf-8" },
      warnings: ["not valid JSON: indexed as the text that it is"],
    });
    const depth = 200_000;
    expect((await parse("/a.json", "[".repeat(depth) + "]".repeat(depth))).blocks).toEqual([]);
    expect((await parse("/a.json", '{"k":'.repeat(depth) + '"end"' + "}".repeat(depth))).content).toContain("end");
    expect((await parse("/a.json", "[".repeat(depth))).content.length).toBe(depth);
  });

  test("strings may hold anything that looks like structure", async () => {
    const tricky = { 'a"}': 'x\\"]}{['.repeat(300), b: ["\\", '"'.repeat(1500), "]"] };
    const { content } = await parse("/a.json", JSON.stringify(tricky));
    expect(content).toContain(tricky['a"}']);
    expect(content).toContain(tricky.b[1]);
  });

  test("of JSON Lines each record is a chunk by itself, a broken one too, with a word about it", async () => {
    const document = await parse(
      "/a.jsonl",
      '{"id":"1","title":"One","text":"first"}\n\n{"id":"2","text":"second"}\r\nnot json\n',
    );
    expect(outline(document)).toEqual([
      "code [] id: 1\ntitle: One\ntext: first",
      "code [] id: 2\ntext: second",
      "code [] not json",
    ]);
    expect(document.warnings).toEqual([expect.stringContaining("1 of 3 lines")]);
    const chunks = chunkDocument(document, { maxTokens: 64 }, countWords);
    expect(chunks.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [1, 1],
      [3, 3],
      [4, 4],
    ]);
  });
});

describe("notebooks", () => {
  test("cells, headings over the cells below, what was printed", async () => {
    const bytes = fixture("vibration.ipynb");
    const document = await parseDocument("/vibration.ipynb", bytes);
    expect(document).toMatchObject({ type: "notebook", title: "Vibration" });
    expect(outline(document).map((line) => line.trim())).toEqual([
      "heading [Vibration] Vibration",
      "prose [Vibration] What we *measured*.",
      "code [Vibration] import math\nprint(math.pi)",
      "code [Vibration] 3.14159",
      "heading [Vibration > Results] Results",
      "code [Vibration > Results] x = '```'\nx",
      "code [Vibration > Results] 'three ticks'",
      "code [Vibration > Results] 1/0",
      "code [Vibration > Results] ZeroDivisionError: division by zero",
    ]);
    const file = bytes.toString().split("\n");
    const [, , code] = document.blocks;
    expect(file.slice(code.source!.startLine - 1, code.source!.endLine).join("\n")).toContain("print(math.pi)");
    expect(bytes.subarray(code.source!.startByte!, code.source!.endByte!).toString()).toMatch(
      /^import math[\s\S]*print/,
    );
  });

  test.each<[string, string[]]>([
    [
      "outputs.ipynb",
      [
        "code [] df",
        "prose [] only html 42",
        "code [] x",
        "prose [] **Bold result** text",
        "code [] y",
        "prose [] $E=mc^2$",
        "code [] z",
        "code [] red alert\ndone",
        "code [] e",
        "code [] KeyError: 'berth'",
        "code [] j",
        "code [] a: json output",
      ],
    ],
    [
      "hr-first.ipynb",
      [
        "prose [] ---",
        "heading [Tide model] Tide model",
        "prose [Tide model] Some words.",
        "heading [Tide model > Data] Data",
        "prose [Tide model > Data] Text",
        "prose [Tide model > Data] ---",
        "heading [Tide model > End] End",
      ],
    ],
    [
      "unclosed-fence.ipynb",
      [
        "heading [Setup] Setup",
        "code [Setup] pip install x",
        "code [Setup] a=1",
        "heading [Results] Results",
        "prose [Results] The mean is four.",
        "heading [Results > Next] Next",
        "prose [Results > Next] more",
      ],
    ],
  ])("each cell by itself: %s", async (name, expected) => {
    const bytes = readFileSync(new URL(`../../fixtures/notebook/${name}`, import.meta.url));
    const document = await parseDocument(`/${name}`, bytes);
    expect(outline(document)).toEqual(expected);
    const file = bytes.toString().split("\n");
    for (const { source } of document.blocks) expect(file[source!.startLine - 1]).toMatch(/"/);
  });

  test("a comment that one cell leaves open, and a raw cell's front matter", async () => {
    const cells = [
      { cell_type: "raw", source: "---\ntitle: Tides\n---" },
      { cell_type: "markdown", source: "<!-- open" },
      { cell_type: "markdown", source: "# After" },
    ];
    const document = await parse("/a.ipynb", JSON.stringify({ cells }));
    expect(document.title).toBe("Tides");
    expect(outline(document)).toEqual([
      "metadata [] ---\ntitle: Tides\n---",
      "prose [] <!-- open",
      "heading [After] After",
    ]);
  });

  test("notebooks before version 4: headings, programs and results by their names of then", async () => {
    const cells = [
      { cell_type: "heading", level: 2, source: ["Pumps"] },
      { cell_type: "markdown", source: ["One line", "and another"] },
      {
        cell_type: "code",
        input: ["flow(1)\n", "flow(2)"],
        outputs: [
          { output_type: "stream", stream: "stdout", text: ["3 l/s\n"] },
          { output_type: "pyout", html: ["<b>four</b> litres"], text: ["<core.HTML object>"] },
          { output_type: "pyerr", ename: "ValueError", evalue: "dry", traceback: ["frames"] },
        ],
      },
    ];
    expect(outline(await parse("/a.ipynb", JSON.stringify({ nbformat: 3, worksheets: [{ cells }] })))).toEqual([
      "heading [Pumps] Pumps",
      "prose [Pumps] One line\nand another",
      "code [Pumps] flow(1)\nflow(2)",
      "code [Pumps] 3 l/s",
      "prose [Pumps] four litres",
      "code [Pumps] ValueError: dry",
    ]);
  });

  test("a file that only has the name is damaged", async () => {
    for (const text of ["{}", "[]", "{", '{"worksheets":[]}']) {
      await expect(parse("/a.ipynb", text)).rejects.toMatchObject({ reason: "damaged" });
    }
  });
});

describe("mail", () => {
  test("a message with an alternative and an attachment", async () => {
    const document = await parseDocument("/message.eml", fixture("message.eml"));
    expect(document.title).toBe("Seal for pump 3 – größer?");
    expect(outline(document)).toEqual([
      "heading [Seal for pump 3 – größer?] Seal for pump 3 – größer?",
      "metadata [Seal for pump 3 – größer?] From: Anna Keeper <anna@harbour.example>\nTo: store@harbour.example, Bo <bo@harbour.example>\nDate: 2026-03-03T08:30:00.000Z\nAttachments: drawing.pdf",
      "prose [Seal for pump 3 – größer?] Hello,\n\nwe need a new seal for pump 3. From now on please order two.\n\nFrom the quay,\nAnna",
    ]);
    await expect(parse("/a.eml", "\n\nno header")).rejects.toMatchObject({ reason: "damaged" });
  });

  test("a mailbox: each message a section with its lines, lines that start with From are no messages", async () => {
    const bytes = fixture("mail.mbox");
    const document = await parseDocument("/mail.mbox", bytes);
    expect(outline(document).filter((line) => !line.startsWith("metadata"))).toEqual([
      "heading [Seal for pump 3 – größer?] Seal for pump 3 – größer?",
      expect.stringMatching(/^prose .*\n\nFrom the quay,\nAnna$/s),
      "heading [Re: Seal for pump 3] Re: Seal for pump 3",
      "heading [Re: Seal for pump 3 > Ordered] Ordered",
      "prose [Re: Seal for pump 3 > Ordered] It comes on Friday.",
    ]);
    const { source } = document.blocks.at(-1)!;
    expect(
      bytes
        .toString()
        .split("\n")
        .slice(source!.startLine - 1, source!.endLine)
        .join("\n"),
    ).toMatch(/^<html>.*Friday/);
    await expect(parse("/a.mbox", "no messages")).rejects.toMatchObject({ reason: "damaged" });
  });

  test("a mailbox is recognised by its beginning; a letter or a patch is not taken for one", async () => {
    expect((await parseDocument("/Mail/inbox", fixture("mail.mbox"))).type).toBe("mailbox");
    const typeOf = async (text: string) => (await parseDocument("/inbox", Buffer.from(text))).type;
    const header = "From: a@b.c\nSubject: Seal\n\nText\n";
    expect(await typeOf(`From a@b.c Mon Jan  1 10:00:00 2024\r\n${header}`)).toBe("mailbox");
    expect(await typeOf(`From - Mon, 01 Jan 2024 10:00 +0000\n>From x\n${header}`)).toBe("mailbox");
    for (const text of [
      "From the quay at 10:00 on 1 May 2024\nwe saw ships.",
      "From time to time\nNote: this is prose.",
      `From ${"a1".repeat(20)} Mon Sep 17 00:00:00 2001\n${header}`,
    ])
      expect(await typeOf(text)).toBe("text");
  });

  test("parts inside parts without end cost one message", async () => {
    const nested = Array.from(
      { length: 300 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`,
    ).join("");
    await expect(parse("/a.eml", `Subject: x\n${nested}`)).rejects.toMatchObject({ reason: "damaged" });
  });
});
