/**
 * Documents of Office 1997 to 2003: .doc, .xls, .ppt and their templates. What is inside decides, not the name; what is encrypted is
 * in a file of this kind too. Documents that were put into them follow their text.
 */
import { DocumentError } from "../../../errors.ts";
import { CompoundFile } from "../../archive/compound-file.ts";
import { type CompoundFolder, folderIn } from "../../archive/compound-folder.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addBlocks } from "../../embedded.ts";
import { addFiles, type EmbeddedObject, mostObjects, objectIn } from "../office/embedded-object.ts";
import type { ParserInput } from "../parser.ts";
import { readExcel } from "./excel.ts";
import { readPowerPoint } from "./powerpoint.ts";
import { objectsOfPresentation } from "./powerpoint-objects.ts";
import { readWord } from "./word.ts";

/** Documents in documents in documents: deeper ones are named. */
const deepest = 2;

export function parseLegacyOffice(input: ParserInput, type: string): Promise<ParsedDocument> {
  return readFolder(new CompoundFile(input.bytes), type, input);
}

async function readFolder(folder: CompoundFolder, type: string, input: ParserInput): Promise<ParsedDocument> {
  const names = new Set(folder.names().map((name) => name.toLowerCase()));
  const builder = new ContentBuilder();
  // What PowerPoint 97 saved for itself and for PowerPoint 95.
  if (names.has("pp97_dualstorage")) return readFolder(folderIn(folder, "PP97_DUALSTORAGE"), type, input);
  if (names.has("encryptedpackage")) {
    throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
  }
  if (names.has("worddocument")) readWord(folder, builder);
  else if (names.has("workbook") || names.has("book")) readExcel(folder, builder);
  else if (names.has("pp40") || names.has("text_content"))
    throw new DocumentError("damaged", "from PowerPoint 95 or older: save it as .pptx");
  else if (names.has("powerpoint document")) readPowerPoint(folder, builder);
  else throw new DocumentError("damaged", "it holds neither a text, nor a workbook, nor a presentation of Office");
  const warnings: string[] = [];
  let count = 0;
  for (const object of objectsOf(folder)) {
    if (++count > mostObjects) break;
    if ("folder" in object) warnings.push(...(await addFolder(builder, object, input)));
    else warnings.push(...(await addFiles(builder, [object], input)));
  }
  return builder.finish(type, { warnings: [...new Set(warnings)] });
}

/** The documents that were put into the one in `folder`. */
function* objectsOf(folder: CompoundFolder): Generator<EmbeddedObject> {
  const places = [
    ...folder.names("ObjectPool").map((name) => `ObjectPool/${name}`),
    ...folder.names().filter((name) => /^MBD[\dA-F]+$/i.test(name)),
  ];
  for (const place of places) {
    const object = objectIn(folderIn(folder, place));
    if (object) yield object;
  }
  for (const object of objectsOfPresentation(folder)) if (object) yield object;
}

async function addFolder(
  builder: ContentBuilder,
  { name, folder }: { readonly name: string; readonly folder: CompoundFolder },
  input: ParserInput,
): Promise<string[]> {
  const depth = (input.depth ?? 0) + 1;
  const title = `Attachment: ${name}`;
  builder.section(1, title);
  builder.add("metadata", title);
  if (depth > deepest) return [`${name} in it was not read: it is inside of ${depth} other files`];
  try {
    const document = await readFolder(folder, name.slice(-3), { ...input, depth });
    addBlocks(builder, document, title);
    return document.warnings.map((warning) => `${name}: ${warning}`);
  } catch (cause) {
    if (cause instanceof DocumentError) return [`${name} in it was not read: ${cause.message}`];
    throw cause;
  }
}
