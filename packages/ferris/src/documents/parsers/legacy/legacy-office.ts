/**
 * Documents of Office 1997 to 2003: .doc, .xls, .ppt and their templates. What is inside decides, not the name; what is encrypted is
 * in a file of this kind too.
 */
import { DocumentError } from "../../../errors.ts";
import { CompoundFile } from "../../archive/compound-file.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { readExcel } from "./excel.ts";
import { readPowerPoint } from "./powerpoint.ts";
import { readWord } from "./word.ts";

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
