/** What the server says of its indexes, runs of indexing, models and settings. */
import { signal } from "@preact/signals";
import type { FileOutcome, IndexProgress, IndexReport } from "ferris";
import { callEvents, callJson } from "../api.ts";
import { loadStatus } from "../status.ts";

export interface ServedIndex {
  readonly name: string;
  readonly folder: string;
  readonly documents: number;
  readonly chunks: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly types: Readonly<Record<string, number>>;
  readonly roots: readonly string[];
  readonly model: string;
  readonly dimensions: number;
  readonly lastIndexedTime: number | null;
}

export interface Job {
  readonly id: string;
  readonly index: string;
  readonly paths: readonly string[];
  readonly state: "running" | "done" | "cancelled" | "failed";
  readonly startedTime: number;
  readonly endedTime: number | null;
  readonly progress: IndexProgress | null;
  readonly report: IndexReport | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface KnownModel {
  readonly name: string;
  readonly id: string;
  readonly kind: "embedder" | "reranker";
  readonly languages: string;
  readonly parameters: number | null;
  readonly dimensions: number | null;
  readonly licence: string;
  readonly note: string | null;
  readonly bytes: number | null;
  readonly speed: {
    readonly device: string;
    readonly perSecond: number;
    readonly queryMilliseconds: number | null;
  } | null;
  readonly isServed: boolean;
}

export interface Setting {
  readonly name: string;
  readonly value: unknown;
  readonly origin: string;
  readonly description: string;
}

/** Null until the server has answered. */
export const indexes = signal<{
  readonly indexes: readonly ServedIndex[];
  readonly indexable: readonly string[];
} | null>(null);
/** The latest first. */
export const jobs = signal<readonly Job[]>([]);
export const indexesFailure = signal<string | null>(null);

let following = new AbortController();

/** Until the panel is left. */
export async function loadIndexes(): Promise<void> {
  following.abort();
  following = new AbortController();
  await guarded(async () => {
    const [found, { jobs: known }] = await Promise.all([
      callJson<NonNullable<typeof indexes.value>>("/indexes"),
      callJson<{ jobs: Job[] }>("/index"),
    ]);
    indexes.value = found;
    jobs.value = known;
    await Promise.all(known.filter(({ state }) => state === "running").map(({ id }) => follow(id)));
  });
}

export function leaveIndexes(): void {
  following.abort();
}

/** Brings an index up to date; with paths, with these folders. */
export async function startIndexing(index: string, paths?: readonly string[]): Promise<boolean> {
  let isStarted = false;
  await guarded(async () => {
    const job = await callJson<Job>("/index", { body: { index, ...(paths && { paths }) } });
    isStarted = true;
    jobs.value = [job, ...jobs.value];
    void guarded(() => follow(job.id));
  });
  return isStarted;
}

export async function cancelJob(id: string): Promise<void> {
  await guarded(() => callJson(`/index/${id}`, { method: "DELETE" }));
}

export async function removeFolder(index: string, path: string): Promise<void> {
  await guarded(async () => {
    await callJson("/indexes/remove", { body: { index, paths: [path] } });
    await refresh();
  });
}

export function leftOut(id: string, signalGone: AbortSignal): Promise<{ readonly files: readonly FileOutcome[] }> {
  return callJson(`/index/${id}/files`, { signal: signalGone });
}

async function follow(id: string): Promise<void> {
  for await (const { data } of callEvents(`/index/${id}/events`, { signal: following.signal })) {
    jobs.value = jobs.value.map((job) => (job.id === id ? (data as Job) : job));
  }
  await refresh();
}

async function refresh(): Promise<void> {
  indexes.value = await callJson<NonNullable<typeof indexes.value>>("/indexes");
  await loadStatus();
}

async function guarded(work: () => Promise<unknown>): Promise<void> {
  try {
    indexesFailure.value = null;
    await work();
  } catch (error) {
    if ((error as Error).name !== "AbortError") indexesFailure.value = (error as Error).message;
  }
}
