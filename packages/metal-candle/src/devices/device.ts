/** One of several devices: a process with the model in it, started again when it dies. */
import { startDeviceProcess } from "#platform/gpus";
import { GpuUnavailableError, WorkerLostError } from "../errors.ts";
import type { LoadOptions } from "../options.ts";
import type { GpuInMachine } from "../platform/gpu-types.ts";
import { EngineConnection } from "../worker/engine-connection.ts";
import { EngineWorker } from "../worker/engine-workers.ts";
import { RemoteEmbedding } from "../worker/remote-embedding.ts";
import type { DeviceChosen } from "./device-list.ts";

export interface DeviceOptions {
  readonly model: string;
  readonly chosen: DeviceChosen;
  readonly gpus: readonly GpuInMachine[];
  readonly options: LoadOptions;
  readonly onNotice: (message: string) => void;
  /** Told when it can be given work again, and when it never will. */
  readonly onChange: () => void;
  /** The compiled file of the process, for whoever runs from elsewhere. */
  readonly entry?: string | undefined;
}

/** Deaths in a row, without a block in between, after which it is given up. */
const mostDeaths = 4;
/** Before it is started again: doubled with each death in a row. Milliseconds. */
const firstPause = 250;

export class Device {
  readonly #given: DeviceOptions;
  #engine: RemoteEmbedding | null = null;
  #pid: number | null = null;
  #deaths = 0;
  #closed = false;
  #restart: Promise<void> | null = null;
  readonly #closing = new AbortController();
  /** Blocks that it has. */
  busy = 0;

  constructor(given: DeviceOptions) {
    this.#given = given;
  }

  /** Null while it has no process. */
  get engine(): RemoteEmbedding | null {
    return this.#engine;
  }

  get label(): string {
    return this.#given.chosen.label;
  }

  /** The number of its process, for people and tests. */
  get pid(): number | null {
    return this.#pid;
  }

  /** Whether it died too often to be started again. */
  get givenUp(): boolean {
    return this.#deaths >= mostDeaths;
  }

  /** Starts the process and loads the model in it. The errors are those of EmbeddingModel.load. */
  async start(signal: AbortSignal | undefined): Promise<void> {
    const { model, chosen, gpus, options, entry, onNotice } = this.#given;
    const { worker, pid } = await startDeviceProcess({ gpu: chosen.gpu, gpus, entry }).catch((error: unknown) => {
      throw new GpuUnavailableError(`${chosen.label} cannot be used beside others: ${(error as Error).message}.`);
    });
    this.#pid = pid;
    const connection = await EngineConnection.open(worker).catch((error: unknown) => {
      throw new WorkerLostError(`The process for ${chosen.label} does not start: ${(error as Error).message}.`);
    });
    const own = { ...options, device: chosen.device, signal, onNotice };
    this.#engine = await RemoteEmbedding.load(new EngineWorker(connection, false), model, own);
    if (this.#closed) await this.#engine.close();
  }

  /** A block came back: whatever killed earlier processes is over. */
  worked(): void {
    this.#deaths = 0;
  }

  /** Its process died: another one is started, after a pause. Calls for a process that is gone already are ignored. */
  died(engine: RemoteEmbedding, reason: string): void {
    if (this.#engine !== engine || this.#closed) return;
    this.#engine = null;
    this.#deaths++;
    const { onNotice } = this.#given;
    const next = this.givenUp ? `after ${mostDeaths} crashes in a row it stays out` : "it is started again";
    onNotice(`metal-candle: ${this.label}: ${reason} Its texts go to the others; ${next}.`);
    if (!this.givenUp) this.#restart = this.#startAgain();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.abort();
    await this.#restart?.catch(() => undefined);
    await this.#engine?.close();
  }

  async #startAgain(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, firstPause * 2 ** (this.#deaths - 1)));
    if (this.#closed) return;
    try {
      await this.start(this.#closing.signal);
    } catch (error) {
      if (this.#closed) return;
      this.#deaths++;
      if (!this.givenUp) return this.#startAgain();
      this.#given.onNotice(`metal-candle: ${this.label} stays out: ${(error as Error).message}`);
    } finally {
      this.#given.onChange();
    }
  }
}
