/** Separated values as programs write them: what stands above the rows, which separator, and what sizes cost. */
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { expectLinear } from "../support/growth.ts";
import { outline } from "../support/outline.ts";

async function linesOf(text: string, name = "/a.csv"): Promise<string[]> {
  return outline(await parseDocument(name, Buffer.from(text))).map((line) => line.replace(/^\w+ \[\] /, ""));
}

test.each<[string, string, string[]]>([
  ["Excel's sep= line", "sep=;\r\nName;Harbour\r\nAurora;Oslo\r\n", ["Name: Aurora; Harbour: Oslo"]],
  [
    "the same in quotes, with a mark",
    '\ufeff"sep=|"\nName|Note, old\nAurora|a, b\n',
    ["Name: Aurora; Note, old: a, b"],
  ],
  ["sep= with another separator than the rows agree on", "sep=,\na;b,c\nd;e,f\n", ["a;b: d;e; c: f"]],
  [
    "comments",
    "# exported 2024, by hand\n# by tool\nname,age\nMira,31\nJon,44\n",
    ["exported 2024, by hand", "by tool", "name: Mira; age: 31", "name: Jon; age: 44"],
  ],
  [
    "quotes behind backslashes",
    'id,text\n1,"He said \\"go\\" twice, then left"\n2,"plain, with comma"\n',
    ['id: 1; text: He said "go" twice, then left', "id: 2; text: plain, with comma"],
  ],
  [
    "a folder's backslash before a closing quote",
    'id,path\n1,"C:\\notes, old\\"\n2,"D:\\"\n',
    ["id: 1; path: C:\\notes, old\\", "id: 2; path: D:\\"],
  ],
  ["names in a comment", "##format\n#chrom\tstart\tend\nchr1\t5\t9\n", ["format", "chrom: chr1; start: 5; end: 9"]],
  [
    "a statement of a bank",
    "Bank statement for account 12345\n\nDate;Text;Amount\n01.02.2024;Rent;-1.200,50\n02.02.2024;Salary;3.000,00\n",
    [
      "Bank statement for account 12345",
      "Date: 01.02.2024; Text: Rent; Amount: -1.200,50",
      "Date: 02.02.2024; Text: Salary; Amount: 3.000,00",
    ],
  ],
  [
    "lines of their own kinds above",
    'Report,"Harbour dues, spring"\nCreated,2024-05-01\n\nShip,Berth,Days,Due\nAurora,12,3,450\nBorealis,7,1,150\n',
    [
      "Report | Harbour dues, spring",
      "Created | 2024-05-01",
      "Ship: Aurora; Berth: 12; Days: 3; Due: 450",
      "Ship: Borealis; Berth: 7; Days: 1; Due: 150",
    ],
  ],
  [
    "prices with commas between tabs",
    "Part\tPrice\nSeal\t1,50\nRope, long\t2,75\n",
    ["Part: Seal; Price: 1,50", "Part: Rope, long; Price: 2,75"],
  ],
  [
    "commas in texts between semicolons",
    "Ship;Note\nAurora;old, slow, red\nFram;new, fast, blue\n",
    ["Ship: Aurora; Note: old, slow, red", "Ship: Fram; Note: new, fast, blue"],
  ],
  ["an index of pandas", ",name,age\n0,Mira,31\n1,Jon,44\n", ["0; name: Mira; age: 31", "1; name: Jon; age: 44"]],
  [
    "separators at the ends of lines",
    "Name,Note,\nAurora,old,\nBorealis,new,\n",
    ["Name: Aurora; Note: old", "Name: Borealis; Note: new"],
  ],
  [
    "years",
    "Country,2019,2020,2021\nNorway,5.3,5.4,5.5\nIceland,0.3,0.4,0.4\n",
    ["Country: Norway; 2019: 5.3; 2020: 5.4; 2021: 5.5", "Country: Iceland; 2019: 0.3; 2020: 0.4; 2021: 0.4"],
  ],
  ["line ends of old Macs", "a,b\rc,1\rd,2\r", ["a: c; b: 1", "a: d; b: 2"]],
  ["one column", "Name\nMira\nJon\n", ["Name", "Mira", "Jon"]],
  ["nothing but comments", "# a\n# b\n", ["# a", "# b"]],
  ["nothing", "", []],
])("%s", async (_, text, expected) => {
  expect(await linesOf(text)).toEqual(expected);
});

describe("sizes", () => {
  test("rows of a large file share blocks, whose lines are theirs", async () => {
    const rows = Array.from({ length: 400_000 }, (_, i) => `ship ${i},${i}`);
    const { blocks, content } = await parseDocument("/a.csv", Buffer.from(`name,number\n${rows.join("\n")}\n`));
    expect(blocks.length).toBeLessThan(60_000);
    let next = 2;
    for (const { start, end, source } of blocks) {
      expect(source!.startLine).toBe(next);
      next = source!.endLine + 1;
      expect(content.slice(start, end).split("\n")).toHaveLength(next - source!.startLine);
    }
    expect(next).toBe(400_002);
  });

  test("time grows with the size: many columns, many quotes, white space, empty cells", async () => {
    const shapes: Record<string, (size: number) => string> = {
      columns: (size) => `${Array.from({ length: size }, (_, i) => `c${i}`).join(",")}\n${"1,".repeat(size)}1\n`,
      quotes: (size) => '"'.repeat(size * 4),
      spaces: (size) => `n,m\nx,"a${" ".repeat(size * 10)}b"\n`,
      empty: (size) => `${",".repeat(size)}\n`.repeat(5),
    };
    for (const [name, shape] of Object.entries(shapes)) {
      await expectLinear(name, 50_000, (size) => parseDocument("/a.csv", Buffer.from(shape(size))));
    }
  });

  test("names that would make the text far longer than its file end it", async () => {
    const names = Array.from({ length: 100 }, (_, i) => `${"n".repeat(90)}${i}`).join(",");
    const bytes = Buffer.from(`${names}\n${`${"1,".repeat(99)}1\n`.repeat(40_000)}`);
    await expect(parseDocument("/a.csv", bytes)).rejects.toMatchObject({ reason: "too large" });
  });
});
