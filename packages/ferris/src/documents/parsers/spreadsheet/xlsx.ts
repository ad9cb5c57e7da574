/**
 * XLSX, and its binary form XLSB: the sheets of a workbook, row by row, as their cells show; then the comments of cells, text boxes and charts of each sheet.
 *
 * A cell without a value shows its formula: the program that wrote it could not calculate. Sheets are read piece by piece, for
 * they unpack to ten times the size of their file.
 */
import { posix } from "node:path";
import { isCompoundFile } from "../../archive/compound-file.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addFiles, type EmbeddedFile, filesOfPart, type UnreadObject } from "../office/embedded-object.ts";
import { prepareCharts } from "../office/chart-formats.ts";
import { OfficePackage } from "../office/package.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { readBinaryWorkbook } from "./binary-workbook.ts";
import { addComments, addDrawings, addFormulas } from "./drawing.ts";
import { readExcel2003 } from "./excel-2003.ts";
import { readRichValues } from "./rich-values.ts";
import { cellOf, readSheet } from "./sheet.ts";
import { readSharedStrings } from "./strings.ts";
import { readStyles } from "./styles.ts";
import { addTable } from "../../table/add-table.ts";
import { readXml } from "../../xml/xml.ts";
import { parseLegacyOffice } from "../legacy/legacy-office.ts";
import { isExcel2003 } from "../single-xml.ts";
import type { ParserInput } from "../parser.ts";

export async function parseXlsx(input: ParserInput): Promise<ParsedDocument> {
  const { bytes } = input;
  // What is encrypted, and what was renamed without being converted.
  if (isCompoundFile(bytes)) return parseLegacyOffice(input, "xlsx");
  if (isExcel2003(Buffer.from(bytes.subarray(0, 4096)).toString("latin1"))) return readExcel2003(bytes);
  const file = new OfficePackage(bytes, "xl/workbook.xml");
  const { archive, main } = file;
  await prepareCharts(file);
  const builder = new ContentBuilder();
  if (main.toLowerCase().endsWith(".bin")) {
    const parts = readBinaryWorkbook(file, builder);
    return builder.finish("xlsx", {
      title: file.title,
      warnings: await addFiles(builder, filesOf(file, parts), input),
    });
  }
  const { sheets, is1904 } = readWorkbook(file);
  const [sharedStrings = "xl/sharedStrings.xml"] = file.related(main, "sharedStrings");
  const strings = await readSharedStrings(archive.pieces(sharedStrings));
  const styleOf = readStyles(file.relatedText(main, "styles") ?? archive.text("xl/styles.xml"), is1904);
  const richTextOf = readRichValues(file);
  const edges = new Set<string>();
  for (const { name, part } of sheets) {
    builder.section(1, name);
    const prompts = new Set<string>();
    const grid = await readSheet(archive.pieces(part)!, {
      strings,
      styleOf,
      is1904,
      richTextOf,
      headerRows: headerRows(file, part),
      edges,
      prompts,
    });
    addTable(builder, grid);
    for (const prompt of prompts) builder.add("prose", prompt);
    addComments(builder, file, part);
    addDrawings(builder, file, part);
    addFormulas(builder, file, part);
  }
  const printed = new ContentBuilder();
  for (const edge of edges) printed.add("prose", edge);
  addPageEdges(builder, [printed.finish("xlsx")]);
  const parts = sheets.map(({ part }) => part);
  return builder.finish("xlsx", { title: file.title, warnings: await addFiles(builder, filesOf(file, parts), input) });
}

/** Documents that were put into the sheets. */
function* filesOf(file: OfficePackage, sheets: readonly string[]): Generator<EmbeddedFile | UnreadObject | null> {
  for (const sheet of sheets) yield* filesOfPart(file, sheet);
}

interface Workbook {
  readonly sheets: { readonly name: string; readonly part: string }[];
  /** Whether days are counted from 1904, as on old Macs. */
  readonly is1904: boolean;
}

function readWorkbook(file: OfficePackage): Workbook {
  const sheets: { name: string; part: string }[] = [];
  let is1904 = false;
  let listed = 0;
  const hasRelations = file.relations(file.main).length > 0;
  // Where no relations are left, sheets have the names that programs give them.
  const usual = (number: number) => posix.join(posix.dirname(file.main), `worksheets/sheet${number}.xml`);
  readXml(file.archive.requiredText(file.main), {
    open(name, attributes) {
      if (name === "workbookPr") is1904 = /^(?:1|true|on)$/i.test(attributes.date1904 ?? "");
      if (name !== "sheet") return;
      listed++;
      const part = hasRelations ? file.target(file.main, attributes["r:id"]) : usual(listed);
      if (part !== undefined && file.archive.has(part)) sheets.push({ name: attributes.name ?? "", part });
    },
  });
  return { sheets, is1904 };
}

/** Rows, from 1, that name the columns of the sheet's tables. */
function headerRows(file: OfficePackage, sheet: string): Set<number> {
  const rows = new Set<number>();
  for (const table of file.related(sheet, "table")) {
    readXml(file.archive.text(table) ?? "", {
      open(name, { ref = "", headerRowCount }) {
        const first = name === "table" && headerRowCount !== "0" ? cellOf(ref.split(":")[0]) : undefined;
        if (first) rows.add(first.row);
      },
    });
  }
  return rows;
}
