/**
 * Whether a model runs in a worker, and in which: one for all models of a page, started with the first and ended some time after the last.
 */
import { onPagesThread, startEngineWorker } from "#platform/engine-worker";
import { describe } from "../describe.ts";
import { InvalidArgumentError, WorkerLostError } from "../errors.ts";
import { warnOnce } from "../notice.ts";
import type { LoadOptions } from "../options.ts";
import { EngineConnection } from "./engine-connection.ts";
import type { WorkerLike } from "./worker-like.ts";

/** How long a worker without models is kept for the next: its device is open, and its kernels are compiled. In milliseconds. */
const idleTime = 10_000;

/** A worker, and how many models it has. */
export class EngineWorker {
  readonly connection: EngineConnection;
  readonly #shared: boolean;
  #models = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: EngineConnection, isShared: boolean) {
    this.connection = connection;
    this.#shared = isShared;
  }

  /** One more model is here, or on its way. */
  taken(): void {
    clearTimeout(this.#timer);
    this.#models++;
  }

  /** Closes a model there. With a worker that is lost, everything has gone. */
  async close(model: number): Promise<void> {
    try {
      if (!this.connection.lost) await this.connection.call("close", { model });
    } finally {
      this.released();
    }
  }

  /** A model is gone. */
  released(): void {
    this.#models--;
    if (this.#models > 0) return;
    if (this.#shared) this.#timer = setTimeout(() => this.connection.close(), idleTime);
    else this.connection.close();
  }
}

let shared: Promise<EngineWorker> | null = null;

/**
 * The worker for a model that is loaded with these options; null for this thread.
 *
 * @throws InvalidArgumentError for options that a worker cannot have
 * @throws WorkerLostError when a worker was asked for by name and does not start
 */
export async function engineWorker(options: LoadOptions): Promise<EngineWorker | null> {
  const { gpuDevice, onBatch, onNotice = warnOnce } = options;
  const { worker = gpuDevice === undefined && onBatch === undefined && onPagesThread() } = options;
  if (worker === false) return null;
  if (worker !== true && typeof worker !== "function") {
    throw new InvalidArgumentError(
      `worker is ${describe(worker)}; it must be true, false or a function that makes one.`,
    );
  }
  checkSendable(options);
  if (typeof worker === "function") return new EngineWorker(await connect(worker), false);
  try {
    return await sharedWorker();
  } catch (error) {
    // Asked for, and not there.
    if (options.worker === true) throw error;
    onNotice(
      `metal-candle: the engine runs on this page's own thread, which it holds up while it works: ${(error as Error).message} ` +
        `metal-candle's README says what each bundler needs.`,
    );
    return null;
  }
}

async function sharedWorker(): Promise<EngineWorker> {
  const before = shared;
  const current = await before?.catch(() => null);
  // Who waited beside us may have started another by now: that one serves us, too.
  if (shared === before && (!current || current.connection.lost)) {
    shared = connect(startEngineWorker).then((connection) => new EngineWorker(connection, true));
  }
  return shared!;
}

async function connect(start: () => WorkerLike): Promise<EngineConnection> {
  try {
    return await EngineConnection.open(start());
  } catch (error) {
    throw new WorkerLostError(`The engine's worker does not start: ${(error as Error).message}.`, { cause: error });
  }
}

function checkSendable({ gpuDevice, onBatch, onnxruntime }: LoadOptions): void {
  if (onBatch !== undefined) {
    throw new InvalidArgumentError("onBatch is called on this thread, and cannot go to a worker. Leave `worker` out.");
  }
  if (gpuDevice !== undefined) {
    throw new InvalidArgumentError("gpuDevice belongs to this thread, and cannot go to a worker. Leave `worker` out.");
  }
  if (onnxruntime !== undefined && typeof onnxruntime !== "string") {
    throw new InvalidArgumentError(
      "onnxruntime is a module, which cannot be sent to a worker. Give its URL, or a worker of your own that calls " +
        'serveEngine({ onnxruntime }) of "metal-candle/worker", or set worker to false.',
    );
  }
}
