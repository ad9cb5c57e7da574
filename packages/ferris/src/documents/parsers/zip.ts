/**
 * ZIP and tar files: the documents in them, each under its path inside. Source code, pictures and what else a folder would leave out is left
 * out here too; archives within archives are not opened, unless they are the parts of one export.
 */
import { DocumentError } from "../../errors.ts";
import { Archive } from "../archive/archive.ts";
import { type CutZip, readCutZip } from "../archive/cut-zip.ts";
import { readTar } from "../archive/tar.ts";
import { ContentBuilder } from "../content-builder.ts";
import type { ParsedDocument } from "../document.ts";
import { addBlocks } from "../embedded.ts";
import { fileLeftOut, folderLeftOut, holdsAnything } from "../walk/left-out.ts";
import { readObjects } from "./iwork/iwork.ts";
import type { ParserInput } from "./parser.ts";

/** An archive of more is a program or data, not somebody's papers. */
const mostFiles = 2_000;
const mostWarnings = 20;
/** An archive in a message, or a part of an export (Notion's and Google's are archives of archives). */
const deepest = 1;
const anyArchive = /\.(?:zip|gz|tgz|tar|t?bz2?|t?xz|zst|7z|rar)$/i;
/** Joplin calls its notes by their ids. */
const isJoplinNote = /^[\da-f]{32}\.md$/;
const exportPart = /\bpart-?\d+\.zip$/i;

/** What is read of an archive, whatever its format is. */
interface Files extends Pick<Archive, "bytes" | "nameCharset"> {
  readonly names: readonly string[];
}

export async function parseZip(input: ParserInput): Promise<ParsedDocument> {
  const archive = archiveOf(input.bytes);
  if ("warnings" in archive) return parseFiles("zip", archive, input, archive.warnings);
  // A document of Pages, Numbers or Keynote that is a folder keeps its text in such a file.
  if (archive.names.some((name) => /^(?:Index\/)?Document\.iwa$/.test(name)))
    return { ...readObjects(archive), type: "zip" };
  return parseFiles("zip", archive, input);
}

export async function parseTar(input: ParserInput): Promise<ParsedDocument> {
  const { files, warnings } = readTar(input.bytes);
  const archive = { names: [...files.keys()], bytes: (name: string) => files.get(name) ?? null, nameCharset: null };
  return parseFiles("tar", archive, input, warnings);
}

async function parseFiles(
  type: "zip" | "tar",
  archive: Files,
  { depth = 0, inside }: ParserInput,
  missing: readonly string[] = [],
): Promise<ParsedDocument> {
  if (depth > deepest) throw new DocumentError("binary", "an archive within others: unpack it to index it");
  const names = archive.names.filter(isWorthReading);
  const archives = [...missing, ...aboutArchives(archive.names)];
  if (names.length === 0) throw new DocumentError("binary", ["there are no documents in it", ...archives].join(": "));
  if (names.length > mostFiles) {
    throw new DocumentError("binary", `${names.length} files in it, the limit is ${mostFiles}: unpack it to index it`);
  }
  const builder = new ContentBuilder();
  const warnings: string[] = [...aboutNames(archive), ...archives];
  const said = warnings.length;
  let locked: DocumentError | null = null;
  let read = 0;
  for (const name of names) {
    try {
      const inner = archive.bytes(name)!;
      if (inner.length === 0 || inside.isData(name, inner)) continue;
      const document = await inside.parse(`/${name}`, inner);
      // Of a part of an export its documents are said, each under its own path.
      const title = withoutIds(name);
      if (document.type === "zip") addBlocks(builder, document);
      else if (isJoplinNote.test(name) && document.title !== undefined) addBlocks(builder, document);
      else {
        builder.section(1, title);
        addBlocks(builder, document, title);
      }
      for (const warning of document.warnings)
        if (warnings.length < mostWarnings) warnings.push(`${name} in it: ${warning}`);
      read++;
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      if (error.reason === "encrypted") locked ??= error;
      if (error.reason !== "binary" && warnings.length < mostWarnings)
        warnings.push(error.message.startsWith(`${name} in it`) ? error.message : `${name} in it: ${error.message}`);
    }
  }
  if (read === 0 && locked !== null) throw locked;
  if (read === 0 && warnings.length === said) throw new DocumentError("binary", "there are no documents in it");
  return builder.finish(type, { title: "", warnings });
}

function aboutNames({ nameCharset }: Files): string[] {
  return nameCharset === null ? [] : [`names in it declare no character set: read as ${nameCharset}`];
}

/** Archives within, which are not opened. */
function aboutArchives(names: readonly string[]): string[] {
  const archives = names.filter((name) => anyArchive.test(name) && isInDocuments(name) && !exportPart.test(name));
  if (archives.length === 0) return [];
  const some = `${archives.slice(0, 3).join(", ")}${archives.length > 3 ? " …" : ""}`;
  return [
    `${archives.length} ${archives.length > 1 ? "archives" : "archive"} in it not opened: ${some}. Unpack to index`,
  ];
}

function archiveOf(bytes: Uint8Array): Archive | CutZip {
  try {
    return new Archive(bytes);
  } catch (error) {
    const cut = error instanceof DocumentError && error.reason === "damaged" ? readCutZip(bytes) : null;
    if (cut !== null) return cut;
    // Nobody's papers.
    if (error instanceof DocumentError && error.reason === "too large")
      throw new DocumentError("binary", error.message);
    throw error;
  }
}

/** Whether no folder above it is one of programs. */
function isInDocuments(path: string): boolean {
  // Some programs pack what lies beside them: "../letters/May.docx". Nothing is written anywhere, so it may be called so.
  const folders = path
    .split("/")
    .slice(0, -1)
    .filter((folder) => folder !== "." && folder !== "..");
  return folders[0] !== "__MACOSX" && folders.every((folder) => folderLeftOut(folder, new Set()) === null);
}

function isWorthReading(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return isInDocuments(path) && fileLeftOut(name) === null && (!holdsAnything(name) || exportPart.test(name));
}

/** Notion ends the names of pages with their ids. */
function withoutIds(path: string): string {
  return path.replace(/ [\da-f]{32}(?=[./]|$|_all\.)/g, "");
}
