/**
 * Files that bear the names of Office 1997 to 2003, whatever they hold: the old format, a newer one, or a table or text that Office opens all the same.
 */
import { DocumentError } from "../../../errors.ts";
import { isCompoundFile } from "../../archive/compound-file.ts";
import type { Parse } from "../parser.ts";
import { parseLegacyOffice } from "./legacy-office.ts";
import { olderProgram } from "./older-formats.ts";

/** The parser for files that are called `type` ("doc", "xls", "ppt"): whatever they hold is filed under it. */
export function legacyParser(type: "doc" | "xls" | "ppt"): Parse {
  return async (input) => {
    if (isOlderWorkbook(input.bytes)) throw new DocumentError("damaged", "from Excel 4 or older: save it as .xlsx");
    const program = type === "doc" ? olderProgram(input.bytes) : null;
    if (program !== null)
      throw new DocumentError("damaged", `from ${program}: open it in LibreOffice and save it as .docx or .odt`);
    if (isCompoundFile(input.bytes)) return parseLegacyOffice(input, type);
    const document = await (await parserOfOther(type, input.bytes))(input);
    return { ...document, type };
  };
}

/** Workbooks before Excel 5 are their records alone: the first says so, with the length that it has in each version. */
function isOlderWorkbook([first, version, length, high]: Uint8Array): boolean {
  return first === 9 && [0, 2, 4].includes(version!) && [4, 6].includes(length!) && high === 0;
}

/** Programs give these names to newer formats, and to tables and texts, that Office opens all the same. */
async function parserOfOther(type: "doc" | "xls" | "ppt", bytes: Uint8Array): Promise<Parse> {
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (isArchive && type === "doc") return (await import("../word/docx.ts")).parseDocx;
  if (isArchive && type === "xls") return (await import("../spreadsheet/xlsx.ts")).parseXlsx;
  if (isArchive) return (await import("../slides/pptx.ts")).parsePptx;
  return type === "xls" ? (await import("../csv/csv.ts")).parseCsv : (await import("../text.ts")).parseText;
}
