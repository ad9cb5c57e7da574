/**
 * Documents of Office 1997 to 2003: .doc, .xls, .ppt and their templates. What is inside decides, not the name; what is encrypted is
 * in a file of this kind too.
 */
import { DocumentError } from "../../../errors.ts";
import { CompoundFile, isCompoundFile } from "../../archive/compound-file.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { readExcel } from "./excel.ts";
import { readPowerPoint } from "./powerpoint.ts";
import { readWord } from "./word.ts";
import type { Parse } from "../parser.ts";

/** The parser for files that are called `type` ("doc", "xls", "ppt"): whatever they hold is filed under it. */
export function legacyParser(type: "doc" | "xls" | "ppt"): Parse {
  return async (input) => {
    if (isCompoundFile(input.bytes)) return parseLegacyOffice(input.bytes, type);
    const document = await (await parserOfOther(type, input.bytes))(input);
    return { ...document, type };
  };
}

/** Programs give these names to newer formats, and to tables and texts, that Office opens all the same. */
async function parserOfOther(type: "doc" | "xls" | "ppt", bytes: Uint8Array): Promise<Parse> {
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (isArchive && type === "doc") return (await import("../word/docx.ts")).parseDocx;
  if (isArchive && type === "xls") return (await import("../spreadsheet/xlsx.ts")).parseXlsx;
  if (isArchive) return (await import("../slides/pptx.ts")).parsePptx;
  return type === "xls" ? (await import("../csv/csv.ts")).parseCsv : (await import("../text.ts")).parseText;
}

export function parseLegacyOffice(bytes: Uint8Array, type: string): ParsedDocument {
  const file = new CompoundFile(bytes);
  const names = new Set(file.names().map((name) => name.toLowerCase()));
  const builder = new ContentBuilder();
  if (names.has("encryptedpackage")) {
    throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
  }
  if (names.has("worddocument")) readWord(file, builder);
  else if (names.has("workbook") || names.has("book")) readExcel(file, builder);
  else if (names.has("powerpoint document")) readPowerPoint(file, builder);
  else throw new DocumentError("damaged", "it holds neither a text, nor a workbook, nor a presentation of Office");
  return builder.finish(type);
}
