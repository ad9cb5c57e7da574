/** The options of `EmbeddingModel` and `Reranker`, in one place, with their units and defaults. */
import type { BatchNotice } from "./batching/batch-queue.ts";
import type { CallCost } from "./batching/call-cost.ts";
import type { Dtype, NumericsChoice } from "./gpu/choose/numerics-class.ts";
import type { WorkerLike } from "./worker/worker-like.ts";

export type DeviceChoice = "auto" | "gpu" | "cpu";

export type DevicesChoice = "all" | "cpu" | readonly (number | "cpu")[];

/** A GPUDevice, by some of its parts: programs are compiled without the browser's types, too, and before TypeScript 6 those have no WebGPU. */
export interface GpuDeviceLike {
  readonly queue: object;
  readonly limits: object;
  readonly features: object;
  readonly lost: Promise<unknown>;
  createBuffer(descriptor: never): unknown;
}

/** What takes long while a model loads. */
export interface LoadProgress {
  readonly stage: "download";
  /** The file that is being fetched. */
  readonly item: string;
  /** Bytes so far, and in all. */
  readonly done: number;
  readonly total: number;
}

export interface LoadOptions {
  /** "gpu" or an error; "cpu"; or "auto" (the default): the GPU where there is one, else the CPU, saying which. */
  readonly device?: DeviceChoice | undefined;
  /**
   * In Node: several devices at once, a process on each, in place of `device`. "all": every GPU of the machine; "cpu"; or a list of GPUs, numbered
   * as nvidia-smi does, and "cpu". A device that is named twice has two processes. Each call's texts are shared out among them, and a process
   * that dies is replaced. With one device and no other GPU to keep away from, it runs here.
   */
  readonly devices?: DevicesChoice | undefined;
  /** How weights and activations are stored on the GPU. "auto" (the default): f16 where a real GPU has it, else f32. */
  readonly dtype?: Dtype | undefined;
  /**
   * What computes on the GPU. "auto" (the default): matrix units where the adapter has some that accumulate in f32; "scalar": plain code, for comparing
   * the two. Results differ in their last bits; `info().numerics` names what runs.
   */
  readonly numerics?: NumericsChoice | undefined;
  /** Admit adapters that run on the CPU (SwiftShader, lavapipe, WARP). Default: METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER. */
  readonly allowSoftwareAdapter?: boolean | undefined;
  /** A GPUDevice of the caller's, for `device` "gpu" or "auto"; it is not reopened when lost. */
  readonly gpuDevice?: GpuDeviceLike | undefined;
  /**
   * Tokens of one batch: bounds memory. Default: what suits the device. On the GPU at least `maxLength`, and what its memory holds;
   * on the CPU device padding counts, and a longer text is a batch alone. `info().tokenBudget` is what came of it.
   */
  readonly tokenBudget?: number | undefined;
  /**
   * Threads that tokenise large embed calls for the GPU, beside the caller's own. Default 0. They pay where the tokenizer is what
   * holds up a fast GPU: long texts, or a tokenizer without a fast path. On the CPU device, which uses all cores, they stay unused.
   */
  readonly tokenizerThreads?: number | undefined;
  /**
   * In Node, on the CPU device: compute on a thread of its own, so that this one goes on meanwhile (a server answers others during a batch). Costs
   * some 10 MB and 40 ms when the model is loaded. Default false: batches hold this thread up, 0.1 s each with MiniLM on two cores.
   */
  readonly cpuThread?: boolean | undefined;
  /** Tokens after which a text is cut, at most the model's own maximum. */
  readonly maxLength?: number | undefined;
  /** Width of the vectors (Matryoshka): the first n elements of the model's own. `embed` with `normalize: true` makes them unit length. */
  readonly dimensions?: number | undefined;
  /** The Hugging Face cache to look in. Default: HF_HUB_CACHE, HF_HOME, ~/.cache/huggingface/hub. */
  readonly cacheDir?: string | undefined;
  /**
   * In a page: the files of a model that is loaded by the URL of its folder, by their paths in it, all of them. A server cannot be asked what it
   * has, so without this a file that a model may do without is asked for, and the browser writes each 404 into its console.
   */
  readonly files?: readonly string[] | undefined;
  /** A branch, tag or commit of the hub's repository. Default: main. */
  readonly revision?: string | undefined;
  /** Never download. Default: HF_HUB_OFFLINE. */
  readonly offline?: boolean | undefined;
  /** Prompts by name, for a folder whose own files carry none. */
  readonly prompts?: Readonly<Record<string, string>> | undefined;
  /** The hub that ids are of, as a URL. Default: HF_ENDPOINT, else https://huggingface.co. */
  readonly hub?: string | undefined;
  /**
   * In a page: whether the engine runs in a worker, so that the page is never held up. Default: true on the page's main thread (not with a
   * `gpuDevice` or `onBatch`), false within a worker. A function makes the worker where the bundler is to find a file of the page's own, which calls
   * `serveEngine` of metal-candle/worker. True is a worker or an error; by default a worker that does not start is a notice, and the engine
   * runs on the page's thread.
   */
  readonly worker?: boolean | (() => WorkerLike) | undefined;
  /**
   * In a page: onnxruntime-web, for the CPU device. The URL of its module, `ort.wasm.min.mjs` or `ort.wasm.bundle.min.mjs`, with the files
   * that belong to it beside it; or, without a worker, the module itself as `import * as onnxruntime from "onnxruntime-web/wasm"` gives it.
   */
  readonly onnxruntime?: string | object | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Called with each batch that goes to the device, for metrics. What it throws is ignored. */
  readonly onBatch?: ((batch: BatchNotice) => void) | undefined;
  /** Receives what a user should hear once (the device that "auto" chose, warnings). Default: console.warn, each once in a process. */
  readonly onNotice?: ((message: string) => void) | undefined;
}

/** The names that every model has, for completion in editors, and any other that a model's files give. */
export type PromptName = "query" | "document" | "passage" | (string & Record<never, never>);

export interface EmbedOptions {
  /** Text put before each text. */
  readonly prompt?: string | undefined;
  /** A prompt by the model's own name for it; "query", "document" and "passage", which is the same, always exist. */
  readonly promptName?: PromptName | undefined;
  /** L2-normalise what comes back. Default: what the model's files say, of the whole vector. */
  readonly normalize?: boolean | undefined;
  /** Width of the vectors (Matryoshka): the first n elements, as sentence-transformers' truncate_dim gives them. */
  readonly dimensions?: number | undefined;
  /** Aborts within one batch, also while a stream's source has stalled; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called after each batch with the texts done so far, and those of the call. In embedStream both count from the stream's start, and
   * `total` is the texts read from the source so far: how many will come nobody knows.
   */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called before the call resolves with what it cost; in embedStream with each block. What it throws rejects the call. */
  readonly onCost?: ((cost: CallCost) => void) | undefined;
}

/** What `embedTokens` takes: its vectors are as the last layer leaves them. */
export type TokenOptions = Omit<EmbedOptions, "normalize" | "dimensions">;

/** Options that mean nothing without vectors, or that pairs of texts do not use. */
export const notForRerankers = ["dimensions", "prompts", "tokenizerThreads", "devices"] as const;

/** What `Reranker.load` takes: what EmbeddingModel.load does, but for what concerns vectors and prompts. */
export type RerankerOptions = Omit<LoadOptions, (typeof notForRerankers)[number]>;

export interface RankOptions {
  /** How many of the best are wanted; all of them unless given. */
  readonly topK?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before the call resolves with what it cost. What it throws rejects the call. */
  readonly onCost?: ((cost: CallCost) => void) | undefined;
}

export type ClassifyOptions = Pick<RankOptions, "signal" | "onCost">;
