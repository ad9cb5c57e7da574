/**
 * Files and folders to jobs: what is new or changed is queued, what is gone leaves the index. Nothing is parsed or embedded here.
 *
 * Waits while much waits already: contents lie in the database until a worker has them.
 */
import { createHash } from "node:crypto";
import { chunkerRecipe } from "../documents/chunk/chunk.ts";
import { ocrChoice, type OcrSetting } from "../documents/ocr/languages.ts";
import { recipeOfType } from "../documents/parse/parse.ts";
import { makeGlobFilter, resolveRoots, walk, withEarlierRoots } from "../documents/walk/walk.ts";
import { isAtOrBelow } from "../files/paths.ts";
import { readRegularFile } from "../files/read-file.ts";
import type { Embedder } from "../indexing/embedder.ts";
import type { PostgresStore } from "../store/postgres/writer.ts";
import type { NewJob } from "./job.ts";
import { chunkerOf } from "./job-document.ts";
import type { JobIntake } from "./job-intake.ts";
import type { JobList } from "./job-list.ts";
import { QueueRoom } from "./queue-room.ts";

export interface EnqueueOptions {
  readonly store: PostgresStore;
  readonly intake: JobIntake;
  readonly jobs: JobList;
  readonly embedder: Embedder;
  readonly paths: readonly string[];
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly maxFileBytes: number;
  readonly maxTokens: number | null;
  readonly ocr?: OcrSetting | undefined;
  /** Whether jobs carry the files' bytes; else workers read the paths. */
  readonly sendsBytes: boolean;
  readonly priority: number;
  /** Bytes of contents that may wait in the database. */
  readonly mostWaitingBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EnqueueReport) => void) | undefined;
  /** Told when it begins to wait for workers. */
  readonly onWait?: (() => void) | undefined;
}

export interface EnqueueReport {
  readonly enqueued: number;
  /** Are in the queue as they are, waiting, with a worker or failed; left alone. */
  readonly alreadyQueued: number;
  readonly unchanged: number;
  /** From the index or from the queue, because the file is gone. */
  readonly removed: number;
  readonly skipped: number;
  readonly bytes: number;
}

const mostJobsAtOnce = 64;
const mostBytesAtOnce = 4 * 2 ** 20;
const mostWaitingJobs = 100_000;
/** A file changed this shortly before it was indexed may change again without a new time or size. */
const timeGranularity = 2_000;

/** @throws InputError for a path that is not there; the store's errors; the signal's reason */
export async function enqueuePaths(options: EnqueueOptions): Promise<EnqueueReport> {
  const { store, intake, jobs, embedder, include, exclude, maxFileBytes, maxTokens, sendsBytes, priority, signal } =
    options;
  const named = await resolveRoots(options.paths);
  const ocr = ocrChoice(options.ocr);
  const roots = await withEarlierRoots(named, (await store.statistics()).roots);
  await store.addRoots(named.map(({ path }) => path));
  const suffix = chunkerRecipe(chunkerOf(maxTokens, embedder));
  const report = { enqueued: 0, alreadyQueued: 0, unchanged: 0, removed: 0, skipped: 0, bytes: 0 };
  const met = new Set<string>();
  const unreadable: string[] = [];
  let group: NewJob[] = [];
  let groupBytes = 0;
  const room = new QueueRoom(jobs, { jobs: mostWaitingJobs, bytes: options.mostWaitingBytes });

  const found = walk(roots, {
    include,
    exclude,
    maxFileBytes,
    withPictures: Array.isArray(ocr),
    signal,
    onEmptyRoot: (path) => unreadable.push(path),
    onSkip: (reason, path) => {
      if (reason === "unreadable") unreadable.push(path);
      report.skipped++;
    },
  });
  for await (const { path, size, modifiedTime, isNamed } of found) {
    signal?.throwIfAborted();
    met.add(path);
    const known = await store.document(path);
    const isCurrent = known !== null && known.recipe === `${recipeOfType(known.type, ocr)} ${suffix}`;
    if (
      isCurrent &&
      known.size === size &&
      known.modifiedTime === modifiedTime &&
      modifiedTime < known.indexedTime - timeGranularity
    ) {
      report.unchanged++;
      continue;
    }
    let content: Uint8Array | null = null;
    if (sendsBytes) {
      content = await readRegularFile(path, { follow: isNamed, mostBytes: maxFileBytes }).catch(() => null);
      if (content === null || content.length > maxFileBytes) {
        if (content === null) unreadable.push(path);
        report.skipped++;
        continue;
      }
      if (isCurrent && createHash("sha256").update(content).digest("hex") === known.contentHash) {
        await store.updateDocument(path, { ...known, size, modifiedTime });
        report.unchanged++;
        continue;
      }
    }
    group.push({ path, size, modifiedTime, maxTokens, content, priority });
    groupBytes += content?.length ?? 0;
    if (group.length >= mostJobsAtOnce || groupBytes >= mostBytesAtOnce) await send();
  }
  await send();
  const places = roots.map(({ path }) => path);
  // The queue first: what a worker commits meanwhile is among the documents then.
  const forgotten = gone(await intake.pathsBelow(places));
  await intake.forget(forgotten);
  const left = gone((await store.documents({ under: places })).map(({ path }) => path));
  await store.removeDocuments(left);
  report.removed = new Set([...forgotten, ...left]).size;
  options.onProgress?.({ ...report });
  return report;

  async function send(): Promise<void> {
    if (group.length === 0) return;
    await room.take(group.length, groupBytes, options);
    const added = await intake.add(group);
    report.enqueued += added.count;
    report.alreadyQueued += group.length - added.count;
    report.bytes += added.bytes;
    group = [];
    groupBytes = 0;
    options.onProgress?.({ ...report });
  }

  /** Of paths below what was named, those that the walk neither met nor has a reason to leave alone. */
  function gone(paths: readonly string[]): string[] {
    const filter = makeGlobFilter(include, exclude);
    return paths.filter((path) => {
      const root = roots.find((one) => isAtOrBelow(path, one.path))!;
      return !met.has(path) && filter.keepsFile(root, path) && !unreadable.some((place) => isAtOrBelow(path, place));
    });
  }
}
