/**
 * An embedding model on several devices, a process on each: a call's texts go out in blocks to whichever is free, and their rows come back
 * to their places. Calls take turns block by block. What a process had when it died goes to the others.
 */
import type { TokenPlace } from "../tokenizers/offsets/token-places.ts";
import { hasProcesses, listGpus } from "#platform/gpus";
import { meanCost, type CallCost } from "../batching/call-cost.ts";
import { softwareAdapterAllowed } from "../device-policy.ts";
import { Embeddings } from "../embeddings.ts";
import type { EmbeddingEngine, ModelInfo, ModelStats, PromptOptions } from "../engine/engine.ts";
import { LocalEmbedding } from "../engine/local-embedding.ts";
import { InvalidArgumentError, WorkerLostError } from "../errors.ts";
import { warnOnce } from "../notice.ts";
import type { EmbedOptions, LoadOptions, TokenOptions } from "../options.ts";
import type { GpuInMachine } from "../platform/gpu-types.ts";
import type { TokenVectors } from "../token-vectors.ts";
import type { RemoteEmbedding } from "../worker/remote-embedding.ts";
import { cutBlocks } from "./blocks.ts";
import { Device } from "./device.ts";
import { chosenDevices, type DeviceChosen } from "./device-list.ts";
import { type BlockWork, WorkList } from "./work-list.ts";

/** Blocks that a device has at a time, so that it never waits for the next. */
const blocksAtOnce = 3;

export class SeveralDevices implements EmbeddingEngine {
  readonly #devices: readonly Device[];
  readonly #work = new WorkList();
  #info!: ModelInfo;
  /** What answers about tokens: it has a tokenizer of this process, and needs no other one for that. */
  #tokenizing!: RemoteEmbedding;

  private constructor(devices: readonly DeviceChosen[], model: string, given: GivenToAll) {
    const onChange = (): void => this.#give();
    this.#devices = devices.map((chosen) => new Device({ ...given, model, chosen, onChange }));
  }

  /**
   * The engine that `options.devices` asks for: in this process where that is one device, with no other to be kept from it.
   *
   * @throws GpuUnavailableError for a GPU that is not there, or cannot be told from the others; what EmbeddingModel.load throws
   */
  static async load(idOrFolder: string, options: LoadOptions): Promise<EmbeddingEngine> {
    if (!hasProcesses)
      throw new InvalidArgumentError("devices are for Node: a page has the GPU that its browser gives it.");
    const gpus = await listGpus();
    const chosen = chosenDevices(options.devices!, gpus, softwareAdapterAllowed(options.allowSoftwareAdapter));
    const { devices: _, ...alone } = options;
    if (chosen.length === 1 && (gpus.length < 2 || chosen[0]!.device === "cpu")) {
      return LocalEmbedding.load(idOrFolder, { ...alone, device: chosen[0]!.device });
    }
    return SeveralDevices.open(idOrFolder, chosen, { gpus, options: alone, onNotice: options.onNotice ?? warnOnce });
  }

  /** A process for each of `chosen`. */
  static async open(model: string, chosen: readonly DeviceChosen[], given: GivenToAll): Promise<SeveralDevices> {
    const several = new SeveralDevices(chosen, model, given);
    const [first, ...others] = several.#devices;
    const { signal } = given.options;
    try {
      // What the first downloads, and what it finds out of kernels, the others find.
      await first!.start(signal);
      await Promise.all(others.map((device) => device.start(signal)));
    } catch (error) {
      await several.close();
      throw error;
    }
    several.#tokenizing = first!.engine!;
    several.#info = several.#describe();
    const classes = new Set(several.#devices.map(({ engine }) => engine!.info().numerics));
    if (classes.size > 1) {
      given.onNotice(
        `metal-candle: these devices compute in ${classes.size} ways, so the last bits of a vector depend on its device`,
      );
    }
    return several;
  }

  /** Numbers of the processes that run, in the order of the devices; null for one that is being started again. */
  get processes(): readonly (number | null)[] {
    return this.#devices.map(({ engine, pid }) => engine && pid);
  }

  async embed(texts: readonly string[], options: EmbedOptions): Promise<Embeddings> {
    if (texts.length === 0) return this.#anyEngine().embed(texts, options);
    const tokenCounts = new Int32Array(texts.length);
    const truncated: number[][] = [];
    let data = new Float32Array(0);
    let dimensions = 0;
    await this.#share(texts, options, async (engine, block, given) => {
      const rows = await engine.embed(texts.slice(block.start, block.end), given);
      dimensions = rows.dimensions;
      if (data.length === 0) data = new Float32Array(texts.length * dimensions);
      data.set(rows.data, block.start * dimensions);
      tokenCounts.set(rows.tokenCounts, block.start);
      truncated[block.start] = rows.truncated.map((index) => block.start + index);
    });
    return new Embeddings(data, dimensions, tokenCounts, truncated.flat());
  }

  async embedTokens(texts: readonly string[], options: TokenOptions): Promise<TokenVectors[]> {
    if (texts.length === 0) return this.#anyEngine().embedTokens(texts, options);
    const vectors: TokenVectors[] = Array.from({ length: texts.length });
    await this.#share(texts, options, async (engine, block, given) => {
      const rows = await engine.embedTokens(texts.slice(block.start, block.end), given);
      for (const [index, row] of rows.entries()) vectors[block.start + index] = row;
    });
    return vectors;
  }

  check(options: EmbedOptions): Promise<void> {
    return this.#anyEngine().check(options);
  }

  countTokens(text: string, options: PromptOptions): number {
    return this.#tokenizing.countTokens(text, options);
  }

  tokenIds(text: string, options: PromptOptions, specialTokens: boolean): Int32Array {
    return this.#tokenizing.tokenIds(text, options, specialTokens);
  }

  tokenPlaces(text: string, options: PromptOptions): TokenPlace[] {
    return this.#tokenizing.tokenPlaces(text, options);
  }

  info(): ModelInfo {
    return this.#info;
  }

  /** Sums over the processes that run; those of a process that died went with it. */
  stats(): ModelStats {
    const all = this.#devices.flatMap(({ engine }) => (engine === null ? [] : [engine.stats()]));
    const sum = (of: (stats: ModelStats) => number): number => all.reduce((total, stats) => total + of(stats), 0);
    return {
      batches: sum(({ batches }) => batches),
      texts: sum(({ texts }) => texts),
      tokens: sum(({ tokens }) => tokens),
      truncatedTexts: sum(({ truncatedTexts }) => truncatedTexts),
      gpu: null,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.close()));
  }

  /** Has `work` done for every block of `texts`, on whichever device is free. */
  async #share(
    texts: readonly string[],
    { signal, onProgress, onCost, ...options }: EmbedOptions,
    work: (engine: RemoteEmbedding, block: BlockWork, given: EmbedOptions) => Promise<void>,
  ): Promise<void> {
    signal?.throwIfAborted();
    const own = [...texts];
    const costs: { cost: CallCost; texts: readonly string[] }[] = [];
    const done = new Map<number, number>();
    const progress = (block: BlockWork, count: number): void => {
      done.set(block.start, count);
      let sum = 0;
      for (const of of done.values()) sum += of;
      onProgress?.(sum, own.length);
    };
    const finished = this.#work.add(
      cutBlocks(own, this.#devices.length),
      async (engine, block) => {
        const given = {
          ...options,
          signal,
          ...(onProgress && { onProgress: (count: number) => progress(block, count) }),
          onCost: (cost: CallCost) => void costs.push({ cost, texts: own.slice(block.start, block.end) }),
        };
        await work(engine, block, given);
      },
      signal,
    );
    this.#give();
    await finished;
    onCost?.(meanCost(costs));
  }

  /** Gives blocks to devices that are free; the least busy first. */
  #give(): void {
    if (this.#devices.every(({ givenUp }) => givenUp)) {
      this.#work.fail(
        new WorkerLostError("The processes of all devices died, each several times in a row. Load the model again."),
      );
      return;
    }
    for (;;) {
      const free = this.#devices.filter(({ engine, busy }) => engine !== null && busy < blocksAtOnce);
      const device = free.reduce<Device | null>((least, one) => (least && least.busy <= one.busy ? least : one), null);
      const block = device && this.#work.take();
      if (!device || !block) return;
      void this.#run(device, block);
    }
  }

  async #run(device: Device, block: BlockWork): Promise<void> {
    const engine = device.engine!;
    device.busy++;
    try {
      await block.run(engine);
      device.worked();
    } catch (error) {
      if (error instanceof WorkerLostError) {
        device.died(engine, error.message);
        this.#work.giveBack(block, error);
      } else this.#work.failCall(block, error);
    } finally {
      device.busy--;
      this.#give();
    }
  }

  #anyEngine(): RemoteEmbedding {
    return this.#devices.find(({ engine }) => engine !== null)?.engine ?? this.#tokenizing;
  }

  #describe(): ModelInfo {
    const labels = this.#devices.map(({ label }) => label);
    const info = this.#devices[0]!.engine!.info();
    return { ...info, reason: `a process on each of ${labels.join(", ")}`, thread: "processes", devices: labels };
  }
}

export interface GivenToAll {
  readonly gpus: readonly GpuInMachine[];
  readonly options: LoadOptions;
  readonly onNotice: (message: string) => void;
  readonly entry?: string | undefined;
}
