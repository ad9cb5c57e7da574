/**
 * Within the worker: models by number, and what the page asks of them. The other end of engine-connection.ts.
 *
 * Imports no starter of workers of this kind: bundlers follow those, and the worker's graph would contain itself.
 */
import { LocalEmbedding } from "../engine/local-embedding.ts";
import { LocalReranker } from "../engine/local-reranker.ts";
import type { CallCost } from "../batching/call-cost.ts";
import type { EmbedOptions, LoadOptions } from "../options.ts";
import type { Answered, Asked, CallName, Calls, NewState, SentTexts, Told } from "./messages.ts";
import { sentError } from "./sent-errors.ts";

export interface ServeEngineOptions {
  /**
   * onnxruntime-web, for the CPU device, as `import * as onnxruntime from "onnxruntime-web/wasm"` gives it: the worker's own bundler has
   * resolved it then.
   */
  readonly onnxruntime?: LoadOptions["onnxruntime"];
}

/** The worker's own scope, as much of it as is used here. */
export interface WorkerScope {
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: Answered, options: { readonly transfer: ArrayBuffer[] }): void;
  readonly navigator?: { readonly locks?: { request(name: string, work: () => Promise<unknown>): Promise<unknown> } };
}

const nothing = { transfer: [] };

interface Context {
  readonly signal: AbortSignal;
  tell(told: Told): void;
}

interface Answer<Name extends CallName> {
  readonly answer: Calls[Name]["answer"];
  readonly transfer?: ArrayBuffer[];
}

type Methods = { [Name in CallName]: (asked: Calls[Name]["asked"], context: Context) => Promise<Answer<Name>> };

/**
 * Runs the engine for the page that started this worker. Call it once, at the worker's start.
 *
 * @example
 * // engine.worker.js, which the page names in `worker: () => new Worker(new URL("./engine.worker.js", import.meta.url), { type: "module" })`
 * import * as onnxruntime from "onnxruntime-web/wasm";
 * import { serveEngine } from "metal-candle/worker";
 * serveEngine({ onnxruntime });
 */
export function serveEngine(options: ServeEngineOptions = {}): void {
  serveEngineTo(globalThis as unknown as WorkerScope, options);
}

/** The same for whoever is at the other end of `scope`: a page, or the process that started this one. */
export function serveEngineTo(scope: WorkerScope, options: ServeEngineOptions = {}): void {
  const methods = engineMethods(options);
  const aborts = new Map<number, AbortController>();
  scope.addEventListener("message", ({ data }) => {
    const message = data as Asked;
    if (message.kind === "start") void start(scope, message.lock);
    else if (message.kind === "abort") aborts.get(message.call)?.abort();
    else {
      const abort = new AbortController();
      aborts.set(message.call, abort);
      void answerCall(scope, methods, message, abort.signal).finally(() => aborts.delete(message.call));
    }
  });
}

/** Says that it is here; the lock is held as long as the worker lives, which is how the page learns of its death. */
async function start(scope: WorkerScope, lock: string): Promise<void> {
  await new Promise<void>((held) => {
    const { locks } = scope.navigator ?? {};
    if (locks === undefined) held();
    else {
      locks
        .request(lock, () => {
          held();
          return new Promise(() => {});
        })
        .catch(() => held());
    }
  });
  scope.postMessage({ kind: "ready" }, nothing);
}

async function answerCall(
  scope: WorkerScope,
  methods: Methods,
  { call, name, asked }: Asked & { kind: "call" },
  signal: AbortSignal,
): Promise<void> {
  try {
    const method = methods[name] as (asked: unknown, context: Context) => Promise<Answer<CallName>>;
    const tell = (told: Told): void => scope.postMessage({ kind: "told", call, told }, nothing);
    const given = await method(asked, { signal, tell });
    scope.postMessage({ kind: "answer", call, answer: given.answer }, { transfer: given.transfer ?? [] });
  } catch (error) {
    scope.postMessage({ kind: "error", call, error: sentError(error) }, nothing);
  }
}

function engineMethods({ onnxruntime }: ServeEngineOptions): Methods {
  const embedding = new Map<number, LocalEmbedding>();
  const rerankers = new Map<number, LocalReranker>();
  const toldChanges = new WeakMap<LocalEmbedding, number>();
  /** Texts that came before their call. */
  const waiting = new Map<number, string[]>();
  const textsOf = ({ of, texts }: SentTexts): string[] => {
    const all = waiting.get(of) ?? [];
    waiting.delete(of);
    for (const text of texts) all.push(text);
    return all;
  };

  const newState = (loaded: LocalEmbedding): NewState => {
    const stats = loaded.stats();
    // What changes it: a device opened again, a first text beyond f16.
    const { deviceReopened = 0, textsBeyondHalf = 0 } = stats.gpu ?? {};
    const changes = 2 * deviceReopened + (textsBeyondHalf > 0 ? 1 : 0);
    const info = changes === (toldChanges.get(loaded) ?? 0) ? null : loaded.info();
    toldChanges.set(loaded, changes);
    return { info, stats };
  };

  return {
    async load({ model, kind, idOrFolder, options }, context) {
      const { signal } = context;
      const own: LoadOptions = {
        ...options,
        onnxruntime: onnxruntime ?? options.onnxruntime,
        signal,
        onNotice: (notice) => context.tell({ notice }),
        onProgress: (progress) => context.tell({ progress: [progress] }),
      };
      if (kind === "reranker") {
        const reranker = await LocalReranker.load(idOrFolder, own);
        await closeIfAborted(signal, reranker);
        rerankers.set(model, reranker);
        return { answer: { info: reranker.info(), tokenizer: null, stats: null } };
      }
      const loaded = await LocalEmbedding.load(idOrFolder, own);
      await closeIfAborted(signal, loaded);
      embedding.set(model, loaded);
      const json = loaded.tokenizerFiles.json.slice();
      const tokenizer = { ...loaded.tokenizerFiles, json };
      return { answer: { info: loaded.info(), tokenizer, stats: loaded.stats() }, transfer: [json.buffer] };
    },

    async texts(sent) {
      waiting.set(sent.of, textsOf(sent));
      return { answer: null };
    },

    async forget({ of }) {
      waiting.delete(of);
      return { answer: null };
    },

    async embed({ model, texts, options, progress }, context) {
      const loaded = embedding.get(model)!;
      const { hearing, cost } = listeners(context, progress);
      const given = await loaded.embed(textsOf(texts), { ...options, ...hearing });
      const { data, dimensions, tokenCounts, truncated } = given;
      const answer = { data, dimensions, tokenCounts, truncated, cost: cost(), ...newState(loaded) };
      return { answer, transfer: [data.buffer, tokenCounts.buffer] };
    },

    async embedTokens({ model, texts, options, progress }, context) {
      const loaded = embedding.get(model)!;
      const { hearing, cost } = listeners(context, progress);
      const vectors = await loaded.embedTokens(textsOf(texts), { ...options, ...hearing });
      const own = vectors.map(({ data, ids, truncated }) => ({ data, ids, truncated }));
      const answer = { texts: own, cost: cost(), ...newState(loaded) };
      return { answer, transfer: own.flatMap(({ data, ids }) => [data.buffer, ids.buffer]) };
    },

    async check({ model, options }) {
      embedding.get(model)!.check(options);
      return { answer: null };
    },

    async rank({ model, texts, query, topK }, { signal }) {
      let cost!: CallCost;
      const onCost = (told: CallCost): void => void (cost = told);
      const ranked = await rerankers.get(model)!.rank(query, textsOf(texts), { topK, signal, onCost });
      const labels = ranked[0]?.scores.length ?? 0;
      const answer = {
        indexes: Int32Array.from(ranked, ({ index }) => index),
        scores: new Float32Array(ranked.length * labels),
        logits: new Float32Array(ranked.length * labels),
        truncated: Uint8Array.from(ranked, ({ truncated }) => Number(truncated)),
      };
      for (const [row, { scores, logits }] of ranked.entries()) {
        answer.scores.set(scores, row * labels);
        answer.logits.set(logits, row * labels);
      }
      return { answer: { ...answer, cost }, transfer: Object.values(answer).map(({ buffer }) => buffer) };
    },

    async classify({ model, firsts, texts }, { signal }) {
      let cost!: CallCost;
      const onCost = (told: CallCost): void => void (cost = told);
      const classified = await rerankers.get(model)!.classify(firsts, textsOf(texts), { signal, onCost });
      const transfer = classified.flatMap(({ scores, logits }) => [scores.buffer, logits.buffer]);
      return { answer: { classified, cost }, transfer };
    },

    async close({ model }) {
      const closing = embedding.get(model) ?? rerankers.get(model);
      embedding.delete(model);
      rerankers.delete(model);
      await closing?.close();
      return { answer: null };
    },
  };
}

/** What a call hears while it runs, and in the end what it cost. */
function listeners(context: Context, progress: boolean): { hearing: EmbedOptions; cost: () => CallCost } {
  let cost!: CallCost;
  const onProgress = (done: number, total: number): void => context.tell({ progress: [done, total] });
  const onCost = (told: CallCost): void => void (cost = told);
  return { hearing: { signal: context.signal, onCost, ...(progress && { onProgress }) }, cost: () => cost };
}

/** A page that gave up has forgotten the model's number. */
async function closeIfAborted(signal: AbortSignal, loaded: { close(): Promise<void> }): Promise<void> {
  if (!signal.aborted) return;
  await loaded.close();
  throw signal.reason;
}
