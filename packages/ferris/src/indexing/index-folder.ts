/**
 * Brings an index up to date with files and folders, words first: walk → prepare → write, each ahead of the next; then embed.
 *
 * This file wires the first stages, hands them to the two phases (phases.ts) and removes what is gone; each stage has a file of its own. Of files
 * only the paths are in memory. Whatever ends a run, the index holds whole documents only, and the next run does what is left, of vectors too.
 */
import { join } from "node:path";
import { checkChunkerSettings, defaultChunkerSettings } from "../documents/chunk/chunk.ts";
import type { ChunkerSettings } from "../documents/document.ts";
import { ocrChoice, type OcrSetting } from "../documents/ocr/languages.ts";
import { checkTypes } from "../documents/parse/parse.ts";
import {
  makeGlobFilter,
  resolveRoots,
  type Root,
  walk,
  type WalkedFile,
  withEarlierRoots,
} from "../documents/walk/walk.ts";
import { isAtOrBelow, keptInput } from "../files/paths.ts";
import type { Store, StoredDocument } from "../store/store.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import type { Embedder } from "./embedder.ts";
import { prepare, type PreparedDocument } from "./prepare.ts";
import type { FileOutcome, IndexProgress, IndexReport } from "./report.ts";
import { MetFiles } from "./met-files.ts";
import { Mounts } from "./mounts.ts";
import { runPhases } from "./phases.ts";
import { IndexRun } from "./run.ts";
import { findMove, pathAfter, pathBefore, settleHome } from "./moved-home.ts";

export const defaultMaxFileBytes = 64 * 2 ** 20;

/** Files that the walk is ahead; names and sizes only. */
const filesAhead = 100_000;

export interface IndexOptions {
  /** Files and folders; relative ones are taken from the working folder. One named here is read even if ignored. */
  readonly paths: readonly string[];
  readonly store: Store;
  readonly embedder: Embedder;
  /** Defaults to `defaultChunkerSettings(embedder.maxLength)`. */
  readonly chunker?: ChunkerSettings;
  /** Globs relative to each named path; only matching files are read. What they leave out stays as it is in the index. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Only documents of these types, by parser name. What they leave out stays as it is in the index too. */
  readonly types?: readonly string[];
  /** Files above this many bytes are reported and left out. Defaults to 64 MiB. */
  readonly maxFileBytes?: number;
  /** Whether scans and pictures are read, and in which languages. Defaults to "auto": in those installed. */
  readonly ocr?: OcrSetting;
  /** Stops after the transaction in flight; the report says `interrupted`. */
  readonly signal?: AbortSignal;
  /**
   * Stops embedding once it is aborted, after the calls to the model that are under way: documents without vectors are found by their words, and a
   * further run goes on.
   */
  readonly embedUntil?: AbortSignal | undefined;
  /** What became of each file, as it is known; a folder that is left out is one. */
  readonly onFile?: (file: FileOutcome) => void;
  /** At most some ten times a second. */
  readonly onProgress?: (progress: IndexProgress) => void;
}

/**
 * What can be wrong with what was asked for, before an index is opened or made for it.
 *
 * @throws InputError when a named path is not there, UsageError for invalid chunker settings or an unknown type
 */
export async function checkIndexOptions(options: Omit<IndexOptions, "store">): Promise<readonly Root[]> {
  const { embedder, types } = options;
  checkTypes(types);
  ocrChoice(options.ocr);
  checkChunkerSettings(chunkerOf(options), embedder.maxLength, embedder.countTokens(""));
  return resolveRoots(options.paths);
}

function chunkerOf({ chunker, embedder }: Pick<IndexOptions, "chunker" | "embedder">): ChunkerSettings {
  return chunker ?? defaultChunkerSettings(embedder.maxLength);
}

/** See IndexOptions. Throws what checkIndexOptions throws, and the store's errors. */
export async function indexPaths(options: IndexOptions): Promise<IndexReport> {
  const { store, embedder, include, exclude, types, signal, embedUntil: until } = options;
  const named = await checkIndexOptions(options);
  const chunker = chunkerOf(options);
  store.requireIdentity(embedder.identity);
  const maxFileBytes = options.maxFileBytes ?? defaultMaxFileBytes;
  const ocr = ocrChoice(options.ocr);
  const { folder } = store;
  const move = folder === null ? null : await findMove(store, folder);
  const roots = await withEarlierRoots(named, (await store.statistics()).roots);
  await store.addRoots(named.map((root) => root.path));

  const run = new IndexRun(options.onProgress, options.onFile);
  const met = new Set<string>();
  const unreadable: string[] = [];
  const emptyRoots: string[] = [];
  const mounts = await Mounts.of(store, roots);
  const files = new BoundedQueue<WalkedFile>(filesAhead);

  const walking = async (stopped: AbortSignal) => {
    const found = walk(roots, {
      include,
      exclude,
      maxFileBytes,
      withPictures: Array.isArray(ocr),
      indexFolder: folder ?? undefined,
      signal: stopped,
      onTime: (seconds) => run.clock.add("walk", seconds),
      onEmptyRoot: (path) => emptyRoots.push(path),
      mounts: mounts.known,
      onMount: (path) => mounts.meet(path),
      onSkip: (reason, path, message) => {
        if (reason === "unreadable") unreadable.push(path);
        run.skip(reason, path, message);
      },
    });
    const others = new MetFiles(roots, store);
    for await (const file of found) {
      const same = await others.otherPathOf(file.path);
      if (same !== null) {
        run.skip("duplicate", file.path, `the same file as ${same}, by way of a symbolic link`);
        continue;
      }
      run.found(file.size);
      await files.push(file, 1);
    }
    run.walkFinished();
    files.close();
  };
  return runPhases({ store, embedder, run, signal, until, prepare: walkAndPrepare, afterWords: removeGone });

  async function* walkAndPrepare(stopped: AbortSignal): AsyncGenerator<PreparedDocument> {
    stopped.addEventListener("abort", () => files.fail(stopped.reason));
    const walked = walking(stopped).catch((error: unknown) => {
      files.fail(error);
      throw error;
    });
    // Met where its queue is read; until then it must not count as unhandled.
    walked.catch(() => {});
    const keep = (path: string) => met.add(path);
    const context = { store, embedder, chunker, maxFileBytes, ocr, types, run, signal: stopped, keep, move };
    try {
      yield* prepare(drain(files), context);
      await walked;
    } finally {
      files.fail(new Error("nobody reads on"));
      await walked.catch(() => {});
    }
  }

  async function removeGone(): Promise<void> {
    for (const path of [...emptyRoots, ...mounts.missing()]) await keepWhatWasThere(path);
    await mounts.settle(store, unreadable);
    const gone = (await goneDocuments()).map(({ path }) => path);
    await run.clock.time("write", () => store.removeDocuments(gone));
    run.gone(gone);
    await settleHome(store, folder, move);
  }

  /** A drive that is not mounted is an empty folder. Whoever emptied it for good takes it out of the index by name. */
  async function keepWhatWasThere(root: string): Promise<void> {
    const { length } = await store.documents({ under: [root] });
    if (length === 0) return;
    unreadable.push(root);
    const documents = length === 1 ? "a document" : `${length} documents`;
    run.skip(
      "unreadable",
      root,
      `it is an empty folder, and the index has ${documents} from it: is a drive not mounted? They are kept. If they are gone for good, remove this path from the index`,
    );
  }

  /** Documents below the named paths that this run neither met nor has a reason to leave alone. */
  async function goneDocuments(): Promise<StoredDocument[]> {
    const filter = makeGlobFilter(include, exclude);
    const rootOf = (path: string) => roots.find((root: Root) => isAtOrBelow(path, root.path))!;
    // Standard input lies below the folder of the index, which the walk does not enter.
    const kept = folder === null ? null : join(folder, keptInput);
    const isPassedBy = (path: string) =>
      kept !== null && isAtOrBelow(path, kept) && !isAtOrBelow(rootOf(path).path, kept);
    // What the index knows of the places that the roots were in before it moved counts as if it were here.
    const places = roots.flatMap(({ path }) => (move === null ? [path] : [path, pathBefore(move, path)]));
    return (await store.documents({ under: places })).filter(({ path, type }) => {
      const here = move === null || roots.some((root) => isAtOrBelow(path, root.path)) ? path : pathAfter(move, path);
      return (
        !met.has(path) &&
        !isPassedBy(here) &&
        (types?.includes(type) ?? true) &&
        filter.keepsFile(rootOf(here), here) &&
        !unreadable.some((place) => isAtOrBelow(here, place))
      );
    });
  }
}

async function* drain<T>(queue: BoundedQueue<T>): AsyncGenerator<T> {
  for (let item = await queue.take(); item !== undefined; item = await queue.take()) yield item;
}
