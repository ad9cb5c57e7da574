/**
 * From files to documents that are ready for the model: what changed, parsed and cut.
 *
 * Unchanged files stop at a look at their times; touched and renamed ones at their hash. Files of equal bytes are documents of their
 * own, so that a filter finds each; their chunks share what is embedded.
 * A DocumentError costs its document. Runs ahead of the model as far as its queue lets it; parses in threads, several files at
 * a time, and gives documents out in the order of the files all the same.
 */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { chunkerRecipe, isNamedByFile } from "../documents/chunk/chunk.ts";
import type { ChunkerSettings, ParsedDocument } from "../documents/document.ts";
import { isOwnOutput } from "../documents/own-output.ts";
import { takingTurns } from "../main-thread/give-way.ts";
import { ParsePool } from "../documents/parse/parse-pool.ts";
import { isBlank, withoutText } from "../documents/parse/without-text.ts";
import { recipeFor, recipeOfType, typeOf } from "../documents/parse/parse.ts";
import type { SkipReason } from "../skip-reason.ts";
import { reasonOf, type WalkedFile } from "../documents/walk/walk.ts";
import { DocumentError } from "../errors.ts";
import { readRegularFile, readRegularFileSync } from "../files/read-file.ts";
import type { DocumentRecord, Store, StoredDocument } from "../store/store.ts";
import { readableName } from "../words/names.ts";
import { cutInTurns, type PreparedChunk } from "./cut.ts";
import type { Embedder } from "./embedder.ts";
import { lineBasisOf } from "./line-basis.ts";
import { type MovedHome, pathBefore } from "./moved-home.ts";
import { orAborted } from "./or-aborted.ts";
import type { IndexRun, Outcome } from "./run.ts";

/** Files read ahead of the one that is parsed, at most this many and this many bytes. */
const filesAhead = 8;
const bytesAhead = 64 * 2 ** 20;

/** Smaller files are read at once: four round trips through Node's thread pool cost more than they do. */
const readAtOnce = 2 ** 18;

/** A file changed this shortly before it was indexed may change again without a new time or size: its hash decides. */
const timeGranularity = 2_000;

/**
 * What the index has of a file stays where the file could not be read today, is half written, has a parser that was short of time or found
 * nothing, or was not asked for. What can be read and is something else now (encrypted, of another encoding) has replaced it.
 */
export const keptReasons: ReadonlySet<SkipReason> = new Set<SkipReason>([
  "unreadable",
  "no text",
  "damaged",
  "filtered",
]);

export interface PreparedDocument {
  readonly record: DocumentRecord;
  readonly chunks: readonly PreparedChunk[];
  readonly outcome: Outcome;
}

export interface PrepareContext {
  readonly store: Store;
  readonly embedder: Embedder;
  readonly chunker: ChunkerSettings;
  readonly maxFileBytes: number;
  /** See ParserInput. */
  readonly ocr?: readonly string[] | "off";
  /** Only documents of these types; all where it is undefined. */
  readonly types?: readonly string[];
  readonly run: IndexRun;
  readonly signal: AbortSignal;
  /** Receives paths that must stay in the index. */
  readonly keep: (path: string) => void;
  /** The index's home before, where it was moved or copied since the last run. */
  readonly move: MovedHome | null;
}

/** What reading a file found: its bytes, or why there are none to look at. */
type ReadFile =
  | {
      readonly file: WalkedFile;
      readonly known: StoredDocument | null;
      readonly bytes: Uint8Array;
      readonly contentHash: string;
    }
  | { readonly file: WalkedFile; readonly unchanged: true }
  | { readonly file: WalkedFile; readonly failure: DocumentError };

/** A file that is being parsed, and what is known about it already. */
interface Parsing {
  readonly file: WalkedFile;
  readonly record: Omit<DocumentRecord, "type" | "title" | "lineBasis" | "fields">;
  readonly outcome: Outcome;
  readonly parsed: Promise<ParsedDocument>;
}

/** Yields, in the order of `files`, those documents that need chunks written. */
export async function* prepare(
  files: AsyncIterable<WalkedFile>,
  context: PrepareContext,
): AsyncGenerator<PreparedDocument> {
  const { run, keep, signal } = context;
  const pool = new ParsePool({ ocr: context.ocr });
  const underWay: Parsing[] = [];
  const giveWay = takingTurns();
  try {
    for await (const read of readAhead(files, context)) {
      const { file } = read;
      await giveWay();
      if ("unchanged" in read) {
        keep(file.path);
        run.cut(file.path, file.size);
        run.done(file.path, "unchanged", file.size);
        continue;
      }
      try {
        if ("failure" in read) throw read.failure;
        const parsing = await startParsing(read, context, pool);
        if (parsing) underWay.push(parsing);
      } catch (error) {
        leaveOut(file, error);
      }
      while (underWay.length > pool.size) yield* finish(underWay.shift()!);
    }
    while (underWay.length > 0) yield* finish(underWay.shift()!);
  } finally {
    await pool.close();
  }

  async function* finish({ file, record, outcome, parsed }: Parsing): AsyncGenerator<PreparedDocument> {
    let document: PreparedDocument;
    try {
      const {
        type,
        title = null,
        fields = null,
        warnings,
        ...rest
      } = await run.clock.time("parse", () => orAborted(parsed, signal));
      for (const warning of warnings) run.warn(`${file.path}: ${warning}`);
      const chunks = await cutInTurns({ type, warnings, ...rest }, file.path, context);
      if (chunks.length === 0) throw withoutText(type);
      const lineBasis = lineBasisOf(rest);
      document = { record: { ...record, type, title, lineBasis, fields }, chunks, outcome };
    } catch (error) {
      return leaveOut(file, error);
    }
    keep(file.path);
    run.cut(file.path, file.size);
    yield document;
  }

  function leaveOut(file: WalkedFile, error: unknown): void {
    if (!(error instanceof DocumentError)) throw error;
    if (keptReasons.has(error.reason)) keep(file.path);
    run.cut(file.path, file.size);
    run.skip(error.reason, file.path, error.message, file.size);
  }
}

/** Null where nothing needs to be parsed: the file was only touched or renamed. */
async function startParsing(
  read: Extract<ReadFile, { bytes: Uint8Array }>,
  { store, chunker, run, keep, move, ocr }: PrepareContext,
  pool: ParsePool,
): Promise<Parsing | null> {
  const { file, known, bytes, contentHash } = read;
  const { path, size, modifiedTime } = file;
  const recipe = `${recipeFor(path, bytes, ocr)} ${chunkerRecipe(chunker)}`;
  const settled = async (outcome: Outcome, from: StoredDocument) => {
    await store.updateDocument(from.path, { ...from, path, size, modifiedTime });
    keep(path);
    run.cut(path, size);
    run.done(path, outcome, size, from.chunks, from.chunks);
    return null;
  };
  if (isOwnOutput(bytes))
    throw new DocumentError("own file", "a list of files, or of progress, that an index run has written");
  if (known?.contentHash === contentHash && known.recipe === recipe) return settled("unchanged", known);

  if (isBlank(bytes)) throw new DocumentError("empty", "nothing but white space is in it");
  let outcome: Outcome = known ? "changed" : "added";
  if (known === null) {
    for (const other of await store.documentsWithContent(contentHash)) {
      if (other.recipe !== recipe) continue;
      const hasMoved = move !== null && other.path === pathBefore(move, path) && other.path !== path;
      if (!hasMoved && (await stat(other.path).catch(() => null)) !== null) continue;
      if (!(await readsItsName(store, other, path))) return settled("renamed", other);
      // It is cut again under its new name. Should that be cut off, the next run finds a recipe that is nobody's.
      await store.updateDocument(other.path, { ...other, path, size, modifiedTime, recipe: "renamed" });
      outcome = "renamed";
      break;
    }
  }

  const parsed = pool.parse(path, bytes);
  // Its error is met when its turn comes; until then it must not count as unhandled.
  parsed.catch(() => {});
  const record = { path, size, modifiedTime, contentHash, recipe };
  return { file, record, outcome, parsed };
}

/** Whether the model was given the file's name with any of its text, and it has another one now. */
async function readsItsName(store: Store, document: StoredDocument, path: string): Promise<boolean> {
  if (readableName(document.path) === readableName(path)) return false;
  const chunks = await store.chunksOf(document.id);
  return chunks.some(({ headingPath }) => isNamedByFile(document, headingPath));
}

/** Reads files in their order, a few ahead, skipping those whose size and time are as the index has them. */
async function* readAhead(files: AsyncIterable<WalkedFile>, context: PrepareContext): AsyncGenerator<ReadFile> {
  const ahead: { reading: Promise<ReadFile>; size: number }[] = [];
  let bytes = 0;
  const isFull = () => ahead.length > filesAhead || (bytes > bytesAhead && ahead.length > 1);
  const next = () => {
    const { reading, size } = ahead.shift()!;
    bytes -= size;
    // Only what is left to wait for counts: the rest happened while other stages worked.
    return context.run.clock.time("parse", () => reading);
  };
  for await (const file of files) {
    const reading = readOne(file, context);
    // Its error is met when its turn comes; until then it must not count as unhandled.
    reading.catch(() => {});
    ahead.push({ reading, size: file.size });
    bytes += file.size;
    while (isFull()) yield await next();
  }
  while (ahead.length > 0) yield await next();
}

async function readOne(
  file: WalkedFile,
  { store, chunker, maxFileBytes, types, ocr }: PrepareContext,
): Promise<ReadFile> {
  const known = await store.document(file.path);
  const isWanted = (type: string) => types?.includes(type) ?? true;
  const filtered = (): ReadFile => ({
    file,
    failure: new DocumentError("filtered", "not of a type that was asked for"),
  });
  if (known && isUnchanged(file, known, chunker, ocr))
    return isWanted(known.type) ? { file, unchanged: true } : filtered();
  try {
    const limits = { follow: file.isNamed, mostBytes: maxFileBytes };
    const bytes =
      file.size <= readAtOnce ? readRegularFileSync(file.path, limits) : await readRegularFile(file.path, limits);
    if (bytes.length > maxFileBytes) {
      const failure = new DocumentError("too large", `it grew to ${bytes.length} bytes, the limit is ${maxFileBytes}`);
      return { file, failure };
    }
    if (!isWanted(typeOf(file.path, bytes))) return filtered();
    return { file, known, bytes, contentHash: createHash("sha256").update(bytes).digest("hex") };
  } catch (cause) {
    return { file, failure: new DocumentError("unreadable", reasonOf(cause), { cause }) };
  }
}

function isUnchanged(
  file: WalkedFile,
  known: StoredDocument,
  chunker: ChunkerSettings,
  ocr: PrepareContext["ocr"],
): boolean {
  return (
    known.size === file.size &&
    known.modifiedTime === file.modifiedTime &&
    known.modifiedTime < known.indexedTime - timeGranularity &&
    known.recipe === `${recipeOfType(known.type, ocr)} ${chunkerRecipe(chunker)}`
  );
}
