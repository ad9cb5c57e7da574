/**
 * Files that a page was given to documents that are ready for the model: what `indexing/prepare.ts` does with files of a disk.
 *
 * There is no walk, no thread and no file system: what is left out is so by its name, and everything is parsed here, one after another.
 */
import { isUtf8 } from "#platform/bytes";
import { charsetDetectorReady } from "#platform/charset-detector";
import { sha256 } from "#platform/digest";
import { basename } from "#platform/paths";
import { chunkerRecipe } from "../documents/chunk/chunk.ts";
import type { ChunkerSettings } from "../documents/document.ts";
import { parseDocument, recipeFor } from "../documents/parse/parse.ts";
import { isBlank, withoutText } from "../documents/parse/without-text.ts";
import { fileLeftOut, folderLeftOut } from "../documents/walk/left-out.ts";
import { DocumentError } from "../errors.ts";
import { cutInTurns } from "../indexing/cut.ts";
import type { Embedder } from "../indexing/embedder.ts";
import { lineBasisOf } from "../indexing/line-basis.ts";
import type { PreparedDocument } from "../indexing/prepare.ts";
import type { IndexRun } from "../indexing/run.ts";
import type { SkipReason } from "../skip-reason.ts";
import type { Store } from "../store/store.ts";
import { DroppedIgnoreRules } from "./dropped-ignore-rules.ts";
import type { PageFile } from "./page-file.ts";

export interface IntakeContext {
  readonly store: Store;
  readonly embedder: Embedder;
  readonly chunker: ChunkerSettings;
  readonly maxFileBytes: number;
  readonly run: IndexRun;
  readonly signal: AbortSignal;
}

/** In the order in which a walk of a folder would meet them. */
export function inWalkOrder(files: Iterable<PageFile>): PageFile[] {
  return [...files]
    .map((file) => ({ file, steps: file.path.split("/") }))
    .toSorted((a, b) => {
      const at = a.steps.findIndex((step, i) => step !== b.steps[i]);
      const [x, y] = [a.steps[at] ?? "", b.steps[at] ?? ""];
      return at < 0 || x === y ? 0 : x < y ? -1 : 1;
    })
    .map(({ file }) => file);
}

/** Those that are worth a look, by their names, those beside them and what ignore files say; the others are counted as left out. */
export async function chooseFiles(files: readonly PageFile[], run: IndexRun): Promise<PageFile[]> {
  const rules = await DroppedIgnoreRules.of(files);
  const inFolder = new Map<string, Set<string>>();
  for (const { path } of files) {
    const steps = path.split("/");
    for (let at = 1; at < steps.length; at++) {
      const folder = steps.slice(0, at).join("/");
      let names = inFolder.get(folder);
      if (names === undefined) inFolder.set(folder, (names = new Set()));
      names.add(steps[at]!);
    }
  }
  const folders = new Map<string, SkipReason | null>();
  const folderReason = (folder: string): SkipReason | null => {
    if (folder === "") return null;
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const above = folder.slice(0, folder.lastIndexOf("/"));
    const reason =
      folderReason(above) ??
      folderLeftOut(basename(folder), inFolder.get(above) ?? new Set()) ??
      (rules.ignores(folder, true) ? "ignored" : null);
    // A folder is left out once, not with each of its files.
    if (reason !== null && folderReason(above) === null) run.skip(reason, folder);
    folders.set(folder, reason);
    return reason;
  };
  return files.filter(({ path, size }) => {
    if (folderReason(path.slice(0, path.lastIndexOf("/"))) !== null) return false;
    const isIgnored = (): boolean => rules.ignores(path, false);
    const reason = fileLeftOut(basename(path)) ?? (isIgnored() ? "ignored" : size === 0 ? "empty" : null);
    if (reason !== null) run.skip(reason, path);
    return reason === null;
  });
}

/** Yields, in the order of `files`, those documents that need chunks written. */
export async function* prepareFiles(
  files: readonly PageFile[],
  context: IntakeContext,
): AsyncGenerator<PreparedDocument> {
  const { run, signal } = context;
  for (const file of files) {
    signal.throwIfAborted();
    try {
      const document = await prepareFile(file, context);
      if (document !== null) yield document;
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      run.cut(file.path, file.size);
      run.skip(error.reason, file.path, error.message, file.size);
    }
  }
}

/** Null where the index has it as it is. */
async function prepareFile(file: PageFile, context: IntakeContext): Promise<PreparedDocument | null> {
  const { store, chunker, maxFileBytes, run } = context;
  const { path, size, modifiedTime } = file;
  if (size > maxFileBytes) {
    throw new DocumentError("too large", `${size} bytes are more than ${maxFileBytes}: split it`);
  }
  const bytes = await run.clock.time("parse", () => read(file));
  const known = await store.document(path);
  const contentHash = sha256(bytes);
  const recipe = `${recipeFor(path, bytes, "off")} ${chunkerRecipe(chunker)}`;
  if (known?.contentHash === contentHash && known.recipe === recipe) {
    await store.updateDocument(path, { ...known, size, modifiedTime });
    run.cut(path, size);
    run.done(path, "unchanged", size, known.chunks, known.chunks);
    return null;
  }
  if (isBlank(bytes)) throw new DocumentError("empty", "nothing but white space is in it");
  if (bytes.includes(escape) || !isUtf8(bytes)) await charsetDetectorReady();
  const parsed = await run.clock.time("parse", () => parseDocument(path, bytes, { ocr: "off" }));
  for (const warning of parsed.warnings) run.warn(`${path}: ${warning}`);
  const chunks = await cutInTurns(parsed, path, context);
  if (chunks.length === 0) throw withoutText(parsed.type);
  run.cut(path, size);
  const { type, title = null, fields = null } = parsed;
  const lineBasis = lineBasisOf(parsed);
  const record = { path, size, modifiedTime, contentHash, recipe, type, title, lineBasis, fields };
  return { record, chunks, outcome: known ? "changed" : "added" };
}

/** Bytes that look like ASCII may be Japanese: see decode.ts. */
const escape = 0x1b;

async function read(file: PageFile): Promise<Uint8Array> {
  try {
    return await file.bytes();
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new DocumentError("unreadable", `it cannot be read any more: ${detail}`, { cause });
  }
}
