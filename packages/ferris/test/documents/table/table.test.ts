/** Tables as grids: spans, headers of one or more rows, titles, tables one below the other; and that claims of a file cost nothing. */
import { processorTime } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { ContentBuilder } from "../../../src/documents/content-builder.ts";
import { addRows, addTable } from "../../../src/documents/table/add-table.ts";
import { TableGrid } from "../../../src/documents/table/grid.ts";

function linesOf(fill: (builder: ContentBuilder) => void): string[] {
  const builder = new ContentBuilder();
  fill(builder);
  const { content, blocks } = builder.finish("table");
  return blocks.map(({ start, end }) => content.slice(start, end));
}

/** A row per line, cells between bars. */
function plain(text: string, hasHeader?: boolean): string[] {
  const rows = text
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return linesOf((builder) => addRows(builder, rows, { hasHeader }));
}

/** Cells as "text", "text>2" (two columns), "text^2" (two rows); "_" is a continuation of the cell above. */
function grid(text: string, isMarked = 0): string[] {
  const table = new TableGrid();
  for (const [number, line] of text.trim().split("\n").entries()) {
    table.row({ isHeader: number < isMarked });
    for (const cell of line.split("|").map((part) => part.trim())) {
      const [, words, columns, rows] = /^(.*?)(?:>(\d+))?(?:\^(\d+))?$/.exec(cell)!;
      if (words === "_") table.continueFromAbove(Number(columns ?? 1));
      else table.cell(words, { columns: Number(columns ?? 1), rows: Number(rows ?? 1) });
    }
  }
  return linesOf((builder) => addTable(builder, table));
}

test("what is merged over the header and rows below it, beside the table, makes no header of those rows", () => {
  expect(grid("Id | When | Note>2^3\n1 | 2024-05-17\n2 | 2024-05-18\n3 | 2024-05-19")).toEqual([
    "Id: 1; When: 2024-05-17; Note: Note",
    "Id: 2; When: 2024-05-18; Note: Note",
    "Id: 3; When: 2024-05-19",
  ]);
});

describe("which rows name the columns", () => {
  test.each<[string, string, string[]]>([
    ["words above rows", "Part|Stock\nSeal|12", ["Part: Seal; Stock: 12"]],
    ["no words", "1|2\n3|4", ["1 | 2", "3 | 4"]],
    ["an index without a name", "|name|age\n0|Mira|31\n1|Jon|44", ["0; name: Mira; age: 31", "1; name: Jon; age: 44"]],
    [
      "an index without a name, words only",
      "|first|last\na|Mira|Berg\nb|Jon|Dal",
      ["a; first: Mira; last: Berg", "b; first: Jon; last: Dal"],
    ],
    ["an index and one column", "|age\nMira|31\nJon|44", ["Mira; age: 31", "Jon; age: 44"]],
    [
      "years",
      "Region|2021|2022\nNorth|10|12\nSouth|20|21",
      ["Region: North; 2021: 10; 2022: 12", "Region: South; 2021: 20; 2022: 21"],
    ],
    [
      "years in order over values that look like years",
      "Ship|2021|2022\nAurora|1999|2010\nFram|2100|1980",
      ["Ship: Aurora; 2021: 1999; 2022: 2010", "Ship: Fram; 2021: 2100; 2022: 1980"],
    ],
    [
      "years over years are data",
      "Ship|1998|2004|2005\nBoat|1997|2001|2004",
      ["Ship | 1998 | 2004 | 2005", "Boat | 1997 | 2001 | 2004"],
    ],
    [
      "months as dates",
      "Item|2024-01|2024-02\nOil|3|4\nSalt|5|6",
      ["Item: Oil; 2024-01: 3; 2024-02: 4", "Item: Salt; 2024-01: 5; 2024-02: 6"],
    ],
    ["first row of data", "Aurora|32|Oslo\nBorealis|41|Bergen", ["Aurora | 32 | Oslo", "Borealis | 41 | Bergen"]],
    [
      "dates, sums: data without a header",
      "01.02.2024|Rent|-1.200,50\n02.02.2024|Salary|3.000,00",
      ["01.02.2024 | Rent | -1.200,50", "02.02.2024 | Salary | 3.000,00"],
    ],
    [
      "separators at the ends of all lines",
      "Name|Note|\nAurora|old|\nBorealis|new|",
      ["Name: Aurora; Note: old", "Name: Borealis; Note: new"],
    ],
    [
      "a title",
      "Inventory of the boathouse\nItem|Count|Place\nOar|14|Rack 2",
      ["Inventory of the boathouse", "Item: Oar; Count: 14; Place: Rack 2"],
    ],
    [
      "a title and a gap",
      "Statement for account 12345\n\nDate|Text|Amount\n01.02.2024|Rent|-1.200,50\n02.02.2024|Pay|3",
      [
        "Statement for account 12345",
        "Date: 01.02.2024; Text: Rent; Amount: -1.200,50",
        "Date: 02.02.2024; Text: Pay; Amount: 3",
      ],
    ],
    [
      "properties above a table",
      "Account|12345\nPeriod|May\n\nDate|Text|Amount\n1.5.24|Rent|5\n2.5.24|Pay|3\n3.5.24|Tea|2",
      [
        "Account | 12345",
        "Period | May",
        "Date: 1.5.24; Text: Rent; Amount: 5",
        "Date: 2.5.24; Text: Pay; Amount: 3",
        "Date: 3.5.24; Text: Tea; Amount: 2",
      ],
    ],
    [
      "groups without marks",
      "|2023||2024|\nShip|Trips|Fuel|Trips|Fuel\nAurora|10|200|12|220\nBo|1|2|3|4",
      [
        "Ship: Aurora; 2023 Trips: 10; 2023 Fuel: 200; 2024 Trips: 12; 2024 Fuel: 220",
        "Ship: Bo; 2023 Trips: 1; 2023 Fuel: 2; 2024 Trips: 3; 2024 Fuel: 4",
      ],
    ],
    [
      "two tables",
      "Part|Stock\nSeal|12\nOil|3\n\nHarbour|Depth|Berths\nOslo|9|30\nBergen|8|12",
      [
        "Part: Seal; Stock: 12",
        "Part: Oil; Stock: 3",
        "Harbour: Oslo; Depth: 9; Berths: 30",
        "Harbour: Bergen; Depth: 8; Berths: 12",
      ],
    ],
    [
      "a gap in one table",
      "Part|Stock\nSeal|12\n\nOil|3\nRope|4",
      ["Part: Seal; Stock: 12", "Part: Oil; Stock: 3", "Part: Rope; Stock: 4"],
    ],
    ["labels with colons", "Name:|Aurora\nHome port:|Oslo", ["Name: Aurora", "Home port: Oslo"]],
    ["a name under which nothing stands", "Part|Note\nSeal|\nOil|", ["Part: Seal", "Part: Oil", "Note"]],
    ["a row longer than the names", "a|b\n1|2\n3|4|5", ["a: 1; b: 2", "a: 3; b: 4; 5"]],
    ["one column", "Name\nMira\nJon", ["Name", "Mira", "Jon"]],
    ["one row", "Name|Age", ["Name | Age"]],
  ])("%s", (_, text, expected) => {
    expect(plain(text)).toEqual(expected);
  });

  test("what is known is believed", () => {
    expect(plain("Name|Age\nMira|x", false)).toEqual(["Name | Age", "Mira | x"]);
    expect(plain("7|8\n1|2", true)).toEqual(["7: 1; 8: 2"]);
  });
});

describe("spans", () => {
  test.each<[string, string, string[]]>([
    [
      "across: said once, the next cell is in its own column",
      "Season|Single|Double|Breakfast\nWinter|closed>2|9\nSummer|50|80|9",
      ["Season: Winter; Single: closed; Breakfast: 9", "Season: Summer; Single: 50; Double: 80; Breakfast: 9"],
    ],
    [
      "down: said in each row",
      "Ship|Role|Name\nAurora^2|Master|Mira\nCook|Bo\nFram|Cook|Jo",
      [
        "Ship: Aurora; Role: Master; Name: Mira",
        "Ship: Aurora; Role: Cook; Name: Bo",
        "Ship: Fram; Role: Cook; Name: Jo",
      ],
    ],
    [
      "continued",
      "Ship|Role|Name\nAurora|Master|Mira\n_|Cook|Bo",
      ["Ship: Aurora; Role: Master; Name: Mira", "Ship: Aurora; Role: Cook; Name: Bo"],
    ],
    [
      "groups of columns",
      "Ship^2|2023>2|2024>2\nTrips|Fuel|Trips|Fuel\nAurora|10|200|12|220",
      ["Ship: Aurora; 2023 Trips: 10; 2023 Fuel: 200; 2024 Trips: 12; 2024 Fuel: 220"],
    ],
    [
      "a title across everything",
      "Fleet>3\nShip|Trips|Fuel\nAurora|10|200\nBo|1|2",
      ["Fleet", "Ship: Aurora; Trips: 10; Fuel: 200", "Ship: Bo; Trips: 1; Fuel: 2"],
    ],
    [
      "a row across everything among the others",
      "Ship|Trips\nNorth>2\nAurora|10\nSouth>2\nBo|3",
      ["Ship: North", "Ship: Aurora; Trips: 10", "Ship: South", "Ship: Bo; Trips: 3"],
    ],
  ])("%s", (_, text, expected) => {
    expect(grid(text)).toEqual(expected);
  });

  test("marked headers of two rows", () => {
    expect(grid("Port|Berth>2\n|Winter|Summer\nOslo|75|90", 2)).toEqual([
      "Port: Oslo; Berth Winter: 75; Berth Summer: 90",
    ]);
  });

  test("first cells that name their rows", () => {
    const table = new TableGrid();
    for (const [name, value] of [
      ["Ship", "Aurora"],
      ["Master", "Bo"],
    ]) {
      table.row();
      table.cell(name, { isHeader: true });
      table.cell(value);
    }
    expect(linesOf((builder) => addTable(builder, table))).toEqual(["Ship: Aurora", "Master: Bo"]);
  });

  test("merged after the rows are there, and cells put by column", () => {
    const table = new TableGrid();
    table.row();
    for (const [column, text] of ["Sailor", "Ship"].entries()) table.cellAt(column, text);
    table.row();
    table.cellAt(0, "Bo");
    table.cellAt(1, "Fram");
    table.row();
    table.cellAt(1, "Aurora");
    table.merge(1, 0, { columns: 1, rows: 2 });
    expect(linesOf((builder) => addTable(builder, table))).toEqual([
      "Sailor: Bo; Ship: Fram",
      "Sailor: Bo; Ship: Aurora",
    ]);
  });

  test("claims without end cost no time and no memory", () => {
    const table = new TableGrid();
    table.row();
    for (let i = 0; i < 2_000; i++) table.cell("x".repeat(100), { columns: 1e9, rows: Infinity });
    for (let i = 0; i < 20_000; i++) {
      table.row();
      table.cell("y");
    }
    table.leave(1e12);
    table.merge(0, 0, { columns: 1e12, rows: Number.NaN });
    const started = processorTime();
    const lines = linesOf((builder) => addTable(builder, table));
    expect(lines).toHaveLength(20_001);
    expect(lines.join("").length).toBeLessThan(10_000_000);
    expect(processorTime() - started).toBeLessThan(3_000);
  });

  test("cells far to the right cost what they hold", () => {
    const table = new TableGrid();
    for (let i = 0; i < 50_000; i++) {
      table.row();
      table.cellAt(16_382, String(i));
    }
    expect(table.rows.reduce((sum, { columns }) => sum + columns.length, 0)).toBe(50_000);
  });
});
