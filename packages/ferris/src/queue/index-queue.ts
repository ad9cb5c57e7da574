/** The queue of one index, as programs use it: `ferris.queue`. It wires what adds, does and looks at jobs; none of it is loaded before it is called. */
import type { Lifecycle } from "metal-candle/lifecycle";
import { checkPaths } from "../check-options.ts";
import { documentEmbedder, type EmbeddingModel, preloadEngine } from "../engine.ts";
import type { Embedder } from "../indexing/embedder.ts";
import type { FerrisEnqueueOptions, FerrisWorkOptions } from "../options.ts";
import type { Place } from "../store/index.ts";
import type { PostgresStore } from "../store/postgres/writer.ts";
import type { EnqueueReport } from "./enqueue.ts";
import type { FailedJob, QueueCounts, QueueStatus, RunningJob, WorkerStatus } from "./job.ts";
import type { QueueParts } from "./open-queue.ts";
import type { WorkReport } from "./claim-settler.ts";

export interface QueueHost {
  readonly place: Place;
  readonly onNotice: (line: string) => void;
  /** Runs a call unless the index's object is closed. */
  readonly life: Lifecycle;
  readonly model: (signal: AbortSignal | undefined) => Promise<EmbeddingModel>;
}

/**
 * Bytes of contents that wait in the database, tokens of a claim, seconds of a lease: unless somebody says otherwise. What was claimed is what an
 * upload waits for: on a processor that is seconds for few tokens.
 */
const usualWaitingBytes = 2 ** 30;
const usualBudget = { gpu: 65_536, cpu: 8_192 };
const usualLease = 60;

export class IndexQueue {
  readonly #host: QueueHost;

  constructor(host: QueueHost) {
    this.#host = host;
  }

  /**
   * Queues what is new or changed below these paths for workers, in place of embedding it here; what is gone leaves the index.
   *
   * @throws InputError for a path that is not there; UsageError for an index in a folder; IndexMismatchError; StoreUnreachableError
   */
  async add(paths: readonly string[], options: FerrisEnqueueOptions = {}): Promise<EnqueueReport> {
    checkPaths(paths);
    const [{ enqueuePaths }, { defaultMaxFileBytes }] = await Promise.all([
      import("./enqueue.ts"),
      import("../indexing/index-folder.ts"),
    ]);
    return this.#withModel(options.signal, (opened) =>
      enqueuePaths({
        ...opened,
        ...options,
        paths,
        maxFileBytes: options.maxFileBytes ?? defaultMaxFileBytes,
        maxTokens: options.maxTokens ?? null,
        sendsBytes: options.sendsBytes ?? true,
        priority: options.priority ?? 0,
        mostWaitingBytes: options.mostWaitingBytes ?? usualWaitingBytes,
      }),
    );
  }

  /**
   * Works through the queue: claims documents, embeds them, writes them; until `signal`, or with `untilEmpty` until nothing waits. Any
   * number of processes may do so at once, and any may be killed at any time.
   *
   * @throws UsageError for an index in a folder; IndexMismatchError; StoreUnreachableError
   */
  async work(options: FerrisWorkOptions): Promise<WorkReport> {
    const [{ work }, { workerName }, { defaultMaxFileBytes }, { ocrChoice }] = await Promise.all([
      import("./worker.ts"),
      import("./open-queue.ts"),
      import("../indexing/index-folder.ts"),
      import("../documents/ocr/languages.ts"),
    ]);
    return this.#withModel(options.signal, (opened, model) =>
      work({
        ...opened,
        ...options,
        id: workerName(),
        devices: devicesOf(model),
        ocr: ocrChoice(options.ocr),
        trusted: options.trusted ?? [],
        maxFileBytes: options.maxFileBytes ?? defaultMaxFileBytes,
        tokenBudget: options.tokenBudget ?? usualBudget[model.info().device],
        leaseSeconds: options.leaseSeconds ?? usualLease,
        untilEmpty: options.untilEmpty ?? false,
      }),
    );
  }

  /**
   * What waits for workers, who they are, how fast they are and how long it will take, and how many documents failed.
   *
   * @throws UsageError for an index in a folder; IndexNotFoundError
   */
  async status(): Promise<QueueStatus> {
    return this.#use(async ({ jobs, workers }) => withRate(await jobs.counts(), await workers.all()));
  }

  /** Documents that could not be indexed, at most `limit`, with their errors. */
  async failed(limit = 100): Promise<FailedJob[]> {
    return this.#use(({ jobs }) => jobs.failed(limit));
  }

  /** Documents that workers have in hand, at most `limit`. */
  async running(limit = 100): Promise<RunningJob[]> {
    return this.#use(({ jobs }) => jobs.running(limit));
  }

  /** Has failed documents tried again: all, or those of these ids. Returns how many. */
  async retry(ids: readonly number[] | null = null): Promise<number> {
    return this.#use(({ jobs }) => jobs.retry(ids));
  }

  /** Forgets failed documents: all, or those of these ids. Returns how many. */
  async drop(ids: readonly number[] | null = null): Promise<number> {
    return this.#use(({ jobs }) => jobs.drop(ids));
  }

  async #use<T>(use: (parts: QueueParts) => Promise<T>): Promise<T> {
    const { place, onNotice, life } = this.#host;
    return life.run(async () => {
      const { openQueue } = await import("./open-queue.ts");
      const opened = await openQueue(place, { onNotice });
      try {
        return await use(opened);
      } finally {
        await opened.close();
      }
    });
  }

  async #withModel<T>(
    signal: AbortSignal | undefined,
    use: (opened: QueueParts & { store: PostgresStore; embedder: Embedder }, model: EmbeddingModel) => Promise<T>,
  ): Promise<T> {
    const { place, onNotice, life, model: load } = this.#host;
    return life.run(async () => {
      preloadEngine();
      const { openQueueForWriting } = await import("./open-queue.ts");
      const model = await load(signal);
      const embedder = documentEmbedder(model);
      const opened = await openQueueForWriting(place, embedder.identity, { onNotice });
      try {
        return await use({ ...opened, embedder }, model);
      } finally {
        await opened.close();
      }
    });
  }
}

function withRate(counts: QueueCounts, workers: readonly WorkerStatus[]): QueueStatus {
  const sum = (rate: "tokensPerSecond" | "bytesPerSecond"): number =>
    workers.reduce((total, worker) => total + worker[rate], 0);
  const bytesPerSecond = sum("bytesPerSecond");
  const secondsLeft = bytesPerSecond > 0 ? counts.bytesLeft / bytesPerSecond : null;
  return { ...counts, workers, tokensPerSecond: sum("tokensPerSecond"), secondsLeft };
}

/** For people who look at the list of workers. */
function devicesOf(model: EmbeddingModel): string {
  const { device, devices, adapter } = model.info();
  return devices?.join(", ") ?? (device === "gpu" ? (adapter?.name ?? "a GPU") : "the CPU");
}
