/**
 * Cuts a document for indexing, giving way to everything else all the while: a large one takes seconds, in which other stages, progress
 * and Ctrl-C must come through.
 */
import { sha256 } from "#platform/digest";
import { cutDocument } from "../documents/chunk/chunk.ts";
import type { Chunk, ChunkerSettings, ParsedDocument } from "../documents/document.ts";
import { takingTurns } from "../main-thread/give-way.ts";
import type { ChunkRecord } from "../store/store.ts";
import { readableName } from "../words/names.ts";
import type { Embedder } from "./embedder.ts";
import type { IndexRun } from "./run.ts";

/** Steps of cutting between two looks at the clock. */
const stepsAtOnce = 32;

export interface PreparedChunk extends ChunkRecord {
  readonly embeddingText: string;
}

export interface CutContext {
  readonly chunker: ChunkerSettings;
  readonly embedder: Embedder;
  readonly run: IndexRun;
  readonly signal: AbortSignal;
}

/** The chunks of a document with their hashes. Rejects with the signal's reason, in the middle of a document too. */
export async function cutInTurns(
  parsed: ParsedDocument,
  path: string,
  { chunker, embedder, run, signal }: CutContext,
): Promise<PreparedChunk[]> {
  const giveWay = takingTurns();
  let tokenizing = 0;
  let away = 0;
  const started = performance.now();
  const pause = async () => {
    const left = performance.now();
    await giveWay();
    away += performance.now() - left;
    signal.throwIfAborted();
  };
  const countTokens = (text: string): number => {
    const before = performance.now();
    const count = embedder.countTokens(text);
    tokenizing += performance.now() - before;
    return count;
  };
  const cutting = cutDocument(parsed, chunker, countTokens, readableName(path));
  let step = cutting.next();
  for (let steps = 1; !step.done; step = cutting.next(), steps++) if (steps % stepsAtOnce === 0) await pause();
  const chunks: PreparedChunk[] = [];
  for (const chunk of step.value) {
    chunks.push(withHash(chunk));
    if (chunks.length % stepsAtOnce === 0) await pause();
  }
  run.clock.add("tokenize", tokenizing / 1000);
  run.clock.add("chunk", (performance.now() - started - tokenizing - away) / 1000);
  return chunks;
}

function withHash(chunk: Chunk): PreparedChunk {
  return { ...chunk, hash: sha256(JSON.stringify([chunk.headingPath, chunk.embeddingText, chunk.text])) };
}
