/**
 * Files that were put into a document of Office as objects (OLE): as a package with the file's name and bytes, as the bytes of a newer
 * format, or as a folder of the old formats' streams.
 */
import { posix } from "node:path";
import { Archive } from "../../archive/archive.ts";
import { CompoundFile, isCompoundFile } from "../../archive/compound-file.ts";
import type { CompoundFolder } from "../../archive/compound-folder.ts";
import type { ContentBuilder } from "../../content-builder.ts";
import { decodeLoosely } from "../../decode/charset.ts";
import { addEmbedded } from "../../embedded.ts";
import { DocumentError } from "../../../errors.ts";
import { fileLeftOut } from "../../walk/left-out.ts";
import { formulaInFolder, unreadFormula } from "./equation-object.ts";
import type { OfficePackage } from "./package.ts";
import type { ParserInput } from "../parser.ts";

export interface EmbeddedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is to be said of an object that is there and cannot be read. */
export interface UnreadObject {
  readonly warning: string;
}

/** A file by its bytes, or a document of the old formats where it lies. */
export type EmbeddedObject = EmbeddedFile | { readonly name: string; readonly folder: CompoundFolder } | UnreadObject;

/** Objects within one document that are read. */
export const mostObjects = 50;

/** The object in the bytes of a part (oleObject1.bin); null for what holds no file: drawings, sounds, formulas that are read where they stand. */
export function fileInObject(bytes: Uint8Array): EmbeddedFile | UnreadObject | null {
  if (!isCompoundFile(bytes)) return null;
  const folder = openFolder(bytes);
  const object = folder && objectIn(folder, bytes);
  // Whole files are read by their formats' parsers.
  return object && "folder" in object ? { name: object.name, bytes } : object;
}

function openFolder(bytes: Uint8Array): CompoundFolder | null {
  try {
    return new CompoundFile(bytes);
  } catch (cause) {
    if (cause instanceof DocumentError) return null;
    throw cause;
  }
}

/** The object in `folder`; `whole` are the bytes of a file that is nothing else. */
export function objectIn(folder: CompoundFolder, whole?: Uint8Array): EmbeddedObject | null {
  const names = new Set(folder.names().map((name) => name.toLowerCase()));
  const has = (...known: string[]) => known.some((name) => names.has(name));
  if (has("\x01ole10native")) return packagedFile(folder.stream("\x01Ole10Native")!.subarray(4));
  // The last is LibreOffice's.
  for (const name of ["Package", "EmbeddedOdf", "CONTENTS", "package_stream"]) {
    const bytes = folder.stream(name);
    const extension = bytes && extensionOf(bytes);
    if (extension) return { name: `document.${extension}`, bytes: bytes! };
  }
  if (formulaInFolder(folder) === null) return { warning: unreadFormula };
  if (has("worddocument")) return { name: "document.doc", folder };
  if (has("workbook", "book")) return { name: "workbook.xls", folder };
  if (has("powerpoint document")) return { name: "presentation.ppt", folder };
  return whole && has("__properties_version1.0") ? { name: "message.msg", bytes: whole } : null;
}

/** Files that the relations of `part` name: newer documents as they are, others in objects. */
export function* filesOfPart(file: OfficePackage, part: string): Generator<EmbeddedFile | UnreadObject | null> {
  for (const type of ["package", "oleObject"]) {
    for (const name of file.related(part, type)) {
      const bytes = file.archive.bytes(name);
      if (bytes) yield isCompoundFile(bytes) ? fileInObject(bytes) : { name: posix.basename(name), bytes };
    }
  }
}

/** Which of the formats that are put into others the bytes are; undefined for none. */
function extensionOf(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString("latin1");
  if (head.startsWith("%PDF-")) return "pdf";
  if (!head.startsWith("PK")) return undefined;
  const names = namesIn(bytes);
  const folders: readonly (readonly [string, string])[] = [
    ["word/", "docx"],
    ["xl/", "xlsx"],
    ["ppt/", "pptx"],
    ["content.xml", "odt"],
  ];
  return folders.find(([begin]) => names.some((name) => name.toLowerCase().startsWith(begin)))?.[1] ?? "zip";
}

/** None for an archive that is damaged or locked: whoever reads it says so. */
function namesIn(bytes: Uint8Array): readonly string[] {
  try {
    return new Archive(bytes).names;
  } catch (cause) {
    if (cause instanceof DocumentError) return [];
    throw cause;
  }
}

/** A file with its name, as the Packager writes it; what other programs write so has no name, and is theirs alone. */
export function packagedFile(native: Uint8Array): EmbeddedFile | null {
  const view = new DataView(native.buffer, native.byteOffset, native.byteLength);
  if (native.length < 20 || view.getUint16(0, true) !== 2) return null;
  let at = 2;
  const texts: string[] = [];
  const readText = () => {
    const end = native.indexOf(0, at);
    if (end < 0) return;
    texts.push(decodeLoosely(native.subarray(at, end), "windows-1252"));
    at = end + 1;
  };
  readText();
  readText();
  at += 8;
  readText();
  if (texts.length < 3 || at + 4 > native.length) return null;
  const length = view.getUint32(at, true);
  const [label, path] = texts as [string, string];
  return { name: (label || path).replace(/^.*[\\/]/, "") || "object", bytes: native.subarray(at + 4, at + 4 + length) };
}

/** Adds the names and texts of files that were put in, once each. Returns what to warn of. */
export async function addFiles(
  builder: ContentBuilder,
  files: Iterable<EmbeddedFile | UnreadObject | null>,
  input: ParserInput,
): Promise<string[]> {
  const warnings = new Set<string>();
  let count = 0;
  for (const file of files) {
    if (file === null) continue;
    if ("warning" in file) {
      warnings.add(file.warning);
      continue;
    }
    if (fileLeftOut(file.name) !== null || ++count > mostObjects) continue;
    const why = await addEmbedded(builder, file.name, file.bytes, input);
    if (why !== null) warnings.add(`${file.name} in it was not read: ${why}`);
  }
  return [...warnings];
}
