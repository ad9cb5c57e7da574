/** Runs in the page: the library as an application's code would use it, on its main thread, with the engine in a worker. */
import {
  cacheUsage,
  type CacheUsage,
  clearCache,
  EmbeddingModel,
  type LoadOptions,
  MetalCandleError,
  ModelClosedError,
  Reranker,
  WorkerLostError,
} from "../../src/index.ts";

/** What a test compares: the vectors, and what decided them. */
export interface PageResult {
  data: number[];
  dimensions: number;
  truncated: number[];
  device: string;
  thread: string;
  tokenizer: string;
  notices: string[];
  /** Bytes of the last report of each file. */
  progress: Record<string, number>;
}

const onnxruntime = "/ort/ort.wasm.min.mjs";
const common: LoadOptions = { dtype: "f32", allowSoftwareAdapter: true };

/** Loads a model from a URL of the page's own server, or by id, and embeds the texts. */
export async function embed(place: string, texts: string[], options: LoadOptions): Promise<PageResult> {
  const notices: string[] = [];
  const progress: Record<string, number> = {};
  const model = await EmbeddingModel.load(place, {
    ...common,
    ...options,
    onNotice: (notice) => notices.push(notice),
    onProgress: ({ item, done }) => (progress[item] = done),
  });
  try {
    const embeddings = await model.embed(texts);
    const { device, thread, tokenizer } = model.info();
    return {
      data: [...embeddings.data],
      dimensions: embeddings.dimensions,
      truncated: [...embeddings.truncated],
      device,
      thread,
      tokenizer,
      notices,
      progress,
    };
  } finally {
    await model.close();
  }
}

/** One text's vector alone and among the others, as bits. */
export async function aloneAndTogether(
  folder: string,
  texts: string[],
): Promise<{ alone: number[]; together: number[] }> {
  const bits = (vector: Float32Array): number[] => [...new Uint32Array(vector.slice().buffer)];
  const model = await EmbeddingModel.load(folder, { ...common, device: "gpu" });
  try {
    const together = await model.embed(texts);
    const alone = await model.embed([texts[4]]);
    return { alone: bits(alone.at(0)), together: bits(together.at(4)) };
  } finally {
    await model.close();
  }
}

/** Whether many texts have the same bits with a tokenizer thread, a worker of the worker, as without. */
export async function sameWithThread(folder: string, texts: string[]): Promise<{ threads: number; same: boolean }> {
  const options = { ...common, device: "gpu" } as const;
  const plain = await EmbeddingModel.load(folder, options);
  const threaded = await EmbeddingModel.load(folder, { ...options, tokenizerThreads: 1 });
  try {
    const expected = (await plain.embed(texts)).data;
    const got = (await threaded.embed(texts)).data;
    const same = got.length === expected.length && got.every((value, index) => value === expected[index]);
    return { threads: threaded.info().tokenizerThreads, same };
  } finally {
    await Promise.all([plain.close(), threaded.close()]);
  }
}

/** The whole of a model's API through the worker, with what it gives. */
export async function useEverything(folder: string): Promise<Record<string, unknown>> {
  const model = await EmbeddingModel.load(folder, { ...common, device: "cpu", onnxruntime });
  const texts = Array.from({ length: 40 }, (_, index) => `text number ${index}`);
  const whole = await model.embed(texts);
  const streamed: number[] = [];
  const totals: number[] = [];
  const stream = model.embedStream(texts, { blockSize: 16, onProgress: (done) => totals.push(done) });
  for await (const block of stream) streamed.push(...block.data);
  const aborted = new AbortController();
  const reason = new Error("enough");
  const abandoned = model.embed(texts, { signal: aborted.signal }).catch((error: unknown) => error);
  aborted.abort(reason);
  const wrong = await model.embed(["a"], { promptName: "nobody" }).catch((error: unknown) => error as MetalCandleError);
  const wrongStream = await model
    .embedStream([], { promptName: "nobody" })
    .next()
    .catch((error: unknown) => error as MetalCandleError);
  const { texts: counted, gpu } = model.stats();
  const result = {
    sameAsStream:
      streamed.length === whole.data.length && whole.data.every((value, at) => Math.abs(value - streamed[at]!) < 1e-6),
    totals: totals.at(-1),
    counted,
    gpu,
    tokens: model.countTokens("hello world"),
    ids: [...model.tokenIds("hello world", { specialTokens: false })].length,
    abandonedWithItsReason: (await abandoned) === reason,
    wrong: [wrong instanceof MetalCandleError, (wrong as MetalCandleError).code, (wrong as Error).message],
    wrongStream: (wrongStream as MetalCandleError).message,
    closing: "",
  };
  const last = model.embed(["one more"]);
  await model.close();
  const closed = await model.embed(["late"]).catch((error: unknown) => error);
  return { ...result, lastRows: (await last).length, closed: closed instanceof ModelClosedError };
}

/** Which errors loading ends with: class, code and message. */
export async function loadError(
  place: string,
  options: LoadOptions,
): Promise<{ isOurs: boolean; code: string; message: string }> {
  try {
    await (await EmbeddingModel.load(place, { ...common, ...options })).close();
  } catch (error) {
    const { code, message } = error as MetalCandleError;
    return { isOurs: error instanceof MetalCandleError, code, message };
  }
  return { isOurs: false, code: "none", message: "it loaded" };
}

/** Ends the worker from outside while it embeds, and embeds again with another. */
export async function killWorker(folder: string): Promise<Record<string, unknown>> {
  const started: Worker[] = [];
  const worker = (): Worker => {
    started.push(new Worker(new URL("../../src/platform/metal-candle-worker.ts", import.meta.url), { type: "module" }));
    return started.at(-1)!;
  };
  const options = { ...common, device: "cpu", onnxruntime, worker } as const;
  const model = await EmbeddingModel.load(folder, options);
  const under = model
    .embed(Array.from({ length: 3000 }, (_, index) => `text ${index}`))
    .catch((error: unknown) => error);
  started[0]!.terminate();
  const lost = await under;
  const after = await model.embed("again").catch((error: unknown) => error);
  await model.close();
  const next = await EmbeddingModel.load(folder, options);
  const { length } = await next.embed("again");
  await next.close();
  return {
    lost: lost instanceof WorkerLostError,
    message: (lost as Error).message,
    after: after instanceof WorkerLostError,
    workers: started.length,
    length,
  };
}

/** What "auto" does in a page whose browser has no WebGPU: with onnxruntime-web, and without. */
export async function withoutWebGpu(folder: string): Promise<{ device: string; notices: string[]; message: string }> {
  const { gpu } = navigator;
  Object.defineProperty(navigator, "gpu", { value: undefined, configurable: true });
  try {
    const { device, notices } = await embed(folder, ["a"], { onnxruntime, worker: false });
    const { message } = await loadError(folder, { worker: false });
    return { device, notices, message };
  } finally {
    Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  }
}

/** The longest task of this thread, in milliseconds, while a model loads and embeds; and that of a control that does hold it up. */
export async function longestTask(
  folder: string,
  texts: number,
  options: LoadOptions,
): Promise<{ tasks: number[]; control: number[]; seconds: number }> {
  const model = await EmbeddingModel.load(folder, { ...common, onnxruntime, ...options });
  const many = Array.from(
    { length: texts },
    (_, index) => `passage ${index}: ${"words of some length ".repeat(index % 9)}`,
  );
  const start = performance.now();
  const tasks = await longTasks(() => model.embed(many));
  const seconds = (performance.now() - start) / 1000;
  await model.close();
  const control = await longTasks(async () => {
    const end = performance.now() + 120;
    while (performance.now() < end);
  });
  return { tasks, control, seconds };
}

async function longTasks(work: () => Promise<unknown>): Promise<number[]> {
  const tasks: number[] = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  // A task of its own, so that what came before is not counted.
  await new Promise((resolve) => setTimeout(resolve, 50));
  observer.observe({ entryTypes: ["longtask"] });
  await work();
  await new Promise((resolve) => setTimeout(resolve, 200));
  observer.disconnect();
  return tasks;
}

/** The logits of a cross-encoder for each pair, and how many of all texts it gives for one query that wants two. */
export async function rerank(
  folder: string,
  pairs: [string, string][],
): Promise<{ logits: number[][]; thread: string; top: number }> {
  const reranker = await Reranker.load(folder, { ...common, device: "cpu", onnxruntime });
  try {
    const ranked = await Promise.all(pairs.map(([query, text]) => reranker.rank(query, [text])));
    const best = await reranker.rank(
      pairs[0]![0],
      pairs.map(([, text]) => text),
      { topK: 2 },
    );
    return {
      logits: ranked.map(([{ logits }]) => [...logits]),
      thread: reranker.info().thread,
      top: best.length,
    };
  } finally {
    await reranker.close();
  }
}

export interface TokensAndClasses {
  data: number[];
  ids: number[];
  /** By what the call cost. */
  tokens: number;
  /** Of the text, and of it twice as a pair. */
  logits: number[];
}

/** The vectors of a text's tokens, and what a classifier says of it; in Node, too, which the page is compared with. */
export async function tokensAndClasses(
  folder: string,
  classifierFolder: string,
  text: string,
  given: LoadOptions = { onnxruntime },
): Promise<TokensAndClasses> {
  const options: LoadOptions = { ...common, device: "cpu", ...given };
  const [model, classifier] = await Promise.all([
    EmbeddingModel.load(folder, options),
    Reranker.load(classifierFolder, options),
  ]);
  try {
    let tokens = 0;
    const vectors = await model.embedTokens(text, { onCost: (cost) => (tokens = cost.tokens) });
    const classes = await classifier.classify([text, [text, text]]);
    return {
      data: [...vectors.data],
      ids: [...vectors.ids],
      tokens,
      logits: classes.flatMap(({ logits }) => [...logits]),
    };
  } finally {
    await Promise.all([model.close(), classifier.close()]);
  }
}

export async function usage(): Promise<CacheUsage[]> {
  return cacheUsage();
}

export async function clear(): Promise<void> {
  await clearCache();
}

export { nearest } from "./vectors-page.ts";
