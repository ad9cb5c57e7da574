/** PDF: files that LibreOffice, groff and Chromium made. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { joined } from "../../../src/documents/parsers/pdf/hyphens.ts";
import { outline } from "../support/outline.ts";

async function parseFixture(name: string) {
  return parseDocument(`/somewhere/${name}`, readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)));
}

describe("PDF", () => {
  test("headings by size, paragraphs by place, pages", async () => {
    const document = await parseFixture("manual.pdf");
    expect(outline(document).slice(0, 4)).toEqual([
      "heading [1: Pump manual] Pump manual",
      "prose [1: Pump manual] This manual is for the people who keep the pumps of the harbour running.",
      "heading [1: Pump manual > Maintenance] Maintenance",
      "prose [1: Pump manual > Maintenance] Check the seals every month. A worn seal lets salt water into the bearing.",
    ]);
    expect(document.title).toBe("Pump manual");
  });

  test("two columns one after the other, words cut by hyphens joined", async () => {
    const { content } = await parseFixture("paper.pdf");
    expect(content).toContain(
      "Everybody who has ever maintained a centrifugal pump understands that the replacement of mechanical seals is responsible for considerable expenditure. Nevertheless, comparatively little experimental investigation concerning contamination has been undertaken internationally, notwithstanding extraordinarily unfavourable circumstances in saltwater installations.",
    );
    expect(content).toMatch(/\n1\. Introduction\n/);
    expect(content).toContain("unrepresentative observations were subsequently eliminated.");
  });

  test("a form on every page and a table of several pages are no running heads", async () => {
    const invoices = (await parseFixture("invoices.pdf")).content;
    for (const number of ["Invoice 4711", "Invoice 4712", "Due date: 2024-01-15", "Please pay within 30 days"]) {
      expect(invoices).toContain(number);
    }
    const prices = await parseFixture("prices.pdf");
    const rows = [...prices.content.matchAll(/PN-\d{4}/g)].map(([part]) => part);
    expect(rows).toEqual(rows.map((_, index) => `PN-${1000 + index}`));
    expect(new Set(prices.blocks.map(({ page }) => page)).size).toBeGreaterThanOrEqual(4);
  });

  test("a running head is there once, page numbers are not, and between them no word is lost", async () => {
    const { content } = await parseFixture("journal.pdf");
    expect(content.match(/Journal of Testing vol 12/g)).toHaveLength(1);
    expect(content).not.toMatch(/Page \d/);
    for (let section = 1; section <= 6; section++) {
      for (let paragraph = 0; paragraph < 3; paragraph++) {
        for (const word of [0, 35, 69]) expect(content).toContain(`sec${section}par${paragraph}word${word}`);
      }
    }
  });

  test.each([
    [["the state-of-the-", "art pump"], "the state-of-the-art pump"],
    [["a day-to\u2010", "day matter"], "a day-to\u2010day matter"],
    [["one cut-", "off valve, in main\u00ad", "tenance"], "one cutoff valve, in maintenance"],
    [["well-known mainte-", "nance of self-main\u00ad", "tained"], "well-known maintenance of self-maintained"],
    [["error E-", "117, COVID-19-", "related"], "error E-117, COVID-19-related"],
  ])("a hyphen at a line's end stays in a word that has one already: %j", (lines, expected) => {
    expect(joined(lines.map((text) => ({ text })))).toBe(expected);
  });

  test("encrypted, scanned and damaged files say what they are", async () => {
    await expect(parseFixture("encrypted.pdf")).rejects.toMatchObject({ reason: "encrypted" });
    await expect(parseFixture("scan.pdf")).rejects.toMatchObject({
      reason: "no text",
      message: expect.stringContaining("OCR"),
    });
    const whole = readFileSync(new URL("../../fixtures/manual.pdf", import.meta.url));
    for (const length of [20, 1000, whole.length / 2]) {
      await expect(parseDocument("/a.pdf", whole.subarray(0, length))).rejects.toMatchObject({ name: "DocumentError" });
    }
    expect((await parseDocument("/named-wrongly.txt", whole)).type).toBe("pdf");
  });

  test("tables: cells of several lines, empty ones, and ones that come in one run of text; a row says its columns' names", async () => {
    // LibreOffice Writer, cells centred on their row's height.
    expect(outline(await parseFixture("report.pdf")).slice(2)).toEqual([
      "table [1: Pump stock report] Part: Shaft seal; Stock: 12; Minimum: 20; Supplier: Harbour Supplies",
      "table [1: Pump stock report] Part: Ball bearing 6204, with a cover on both sides that keeps the salt water out; Stock: 3; Minimum: 4; Supplier: Miller & Sons",
      "table [1: Pump stock report] Part: Grease NLGI 2; Stock: 40; Supplier: Oil & Co",
      "table [1: Pump stock report] Part: Impeller; Stock: 1; Minimum: 2; Supplier: Harbour Supplies",
      expect.stringMatching(/^prose .*Prices have not changed .* yearly maintenance\.$/),
      "table [1: Pump stock report] Inspector | A. Berg",
      "table [1: Pump stock report] Date | 2024-03-01",
      "table [1: Pump stock report] Ship | Seagull II",
    ]);
    // LibreOffice Calc, where a number at its cell's right end touches the next cell's text.
    expect(outline(await parseFixture("stock.pdf")).slice(2)).toEqual([
      "table [1: ] Part: Seal; Stock: 12; Supplier: Harbour Supplies",
      "table [1: ] Part: Bearing; Stock: 3; Supplier: Miller, Sons",
      "table [1: ] Part: Grease; Stock: 40; Supplier: Oil & Co",
    ]);
    // groff's tbl, rows as close as lines.
    expect(outline(await parseFixture("losses.pdf")).slice(1, -1)).toEqual([
      expect.stringMatching(/^prose .*where salt content is highest of all\.$/),
      ...[
        ["P-101", "4.5", "12.0", "3.1"],
        ["P-102", "4.5", "11.4", "4.7"],
        ["P-103", "7.5", "20.9", "2.2"],
        ["P-104", "11.0", "31.5", "6.0"],
        ["P-105", "11.0", "30.2", "5.4"],
      ].map(
        ([pump, power, flow, loss]) =>
          `table [1: ] Pump: ${pump}; Power (kW): ${power}; Flow (l/s): ${flow}; Loss (%): ${loss}`,
      ),
    ]);
  });

  test("a table among columns of justified text and a list, which are not tables", async () => {
    // Chromium, which sets each cell's lines one after the other.
    expect(outline(await parseFixture("errors.pdf"))).toEqual([
      "heading [1: On seals] On seals",
      expect.stringMatching(/^prose .*is responsible for considerable expenditure\. .* in saltwater installations\.$/),
      expect.stringMatching(/^prose .*documented alongside environmental characteristics, and .* eliminated\.$/),
      "prose [1: On seals] 1. Close the inlet valve. 2. Drain the housing. 3. Open the cover with care.",
      "table [1: On seals] Error: E-117; Meaning: The motor protection has tripped because the current was too high for more than ten seconds; What to do: Let it cool down, look for dirt in the impeller, then reset the switch",
      "table [1: On seals] Error: E-118; Meaning: No flow; What to do: Open the inlet valve",
      "table [1: On seals] Error: E-203; Meaning: The sensor of the bearing temperature does not answer; What to do: Check its cable, then replace it",
    ]);
  });
});

test("letters at places that no page reaches are read, and nothing goes on for ever", async () => {
  const far = `1${"0".repeat(30)}`;
  const content =
    `BT /F1 12 Tf 1 0 0 1 72 700 Tm (near) Tj 1 0 0 1 ${far} 700 Tm (far) Tj 1 0 0 1 -${far} -${far} Tm (away) Tj\n` +
    `${far} 0 0 ${far} 72 600 Tm (huge) Tj ET`;
  const file =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n" +
    `4 0 obj<</Length ${content.length}>>stream\n${content}\nendstream endobj\n` +
    "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n";
  const read = outline(await parseDocument("/far.pdf", Buffer.from(file))).join("\n");
  expect(read.replaceAll(" ", "")).toMatch(/nearfar/);
});
