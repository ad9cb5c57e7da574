/** What a job's document becomes: its bytes, from the job or from a path that this worker trusts, parsed and cut. */
import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { chunkerRecipe, defaultChunkerSettings } from "../documents/chunk/chunk.ts";
import type { ChunkerSettings } from "../documents/document.ts";
import type { ParsePool } from "../documents/parse/parse-pool.ts";
import { recipeFor } from "../documents/parse/parse.ts";
import { isBlank, withoutText } from "../documents/parse/without-text.ts";
import { DocumentError } from "../errors.ts";
import { isAtOrBelow } from "../files/paths.ts";
import { readRegularFile } from "../files/read-file.ts";
import { cutInTurns } from "../indexing/cut.ts";
import type { Embedder } from "../indexing/embedder.ts";
import { lineBasisOf } from "../indexing/line-basis.ts";
import type { PreparedDocument } from "../indexing/prepare.ts";
import { IndexRun } from "../indexing/run.ts";
import type { Claim } from "./job.ts";

export interface DocumentContext {
  readonly embedder: Embedder;
  readonly pool: ParsePool;
  readonly ocr: readonly string[] | "off" | undefined;
  /** Folders below which this worker reads paths that a job names. */
  readonly trusted: readonly string[];
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

/** Of a job without a setting of its own. */
export function chunkerOf(maxTokens: number | null, embedder: Embedder): ChunkerSettings {
  return maxTokens === null ? defaultChunkerSettings(embedder.maxLength) : { maxTokens };
}

/** @throws DocumentError saying what is wrong with the document, or that its path is not trusted */
export async function documentOf(claim: Claim, context: DocumentContext): Promise<PreparedDocument> {
  const { path, size, modifiedTime, maxTokens, content } = claim;
  const { embedder, pool, ocr, mostBytes, signal } = context;
  const bytes = content ?? (await bytesAt(path, context));
  // Whoever queued it may have allowed more.
  if (bytes.length > mostBytes) throw tooLarge(mostBytes);
  if (isBlank(bytes)) throw new DocumentError("empty", "nothing but white space is in it");
  const chunker = chunkerOf(maxTokens, embedder);
  const recipe = `${recipeFor(path, bytes, ocr)} ${chunkerRecipe(chunker)}`;
  const { type, title = null, fields = null, warnings, ...rest } = await pool.parse(path, bytes);
  const run = new IndexRun();
  const chunks = await cutInTurns({ type, warnings, ...rest }, path, { chunker, embedder, run, signal });
  if (chunks.length === 0) throw withoutText(type);
  const contentHash = createHash("sha256").update(bytes).digest("hex");
  const lineBasis = lineBasisOf(rest);
  const record = { path, size, modifiedTime, contentHash, recipe, type, title, lineBasis, fields };
  return { record, chunks, outcome: "added" };
}

/** A path in a job was written by whoever may write to the queue: only what lies below a trusted folder is read, by its real path. */
async function bytesAt(path: string, { trusted, mostBytes }: DocumentContext): Promise<Uint8Array> {
  const refuse = (why: string): never => {
    throw new DocumentError("unreadable", why);
  };
  const real = await realpath(path).catch((error: NodeJS.ErrnoException) =>
    refuse(`its bytes are not in the queue, and this worker cannot read the path: ${error.code ?? error.message}`),
  );
  const folders = await Promise.all(trusted.map((folder) => realpath(folder).catch(() => null)));
  if (!folders.some((folder) => folder !== null && isAtOrBelow(real, folder))) {
    refuse("its bytes are not in the queue, and its path lies in no folder that this worker trusts");
  }
  const bytes = await readRegularFile(real, { follow: false, mostBytes }).catch((error: Error) =>
    refuse(error.message),
  );
  return bytes;
}

function tooLarge(mostBytes: number): DocumentError {
  const why = `it has more than the ${mostBytes} bytes that this worker takes`;
  return new DocumentError("too large", why);
}
