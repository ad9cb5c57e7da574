/**
 * The models that a server answers with, by the names that clients give: each loaded once, at its first use, and closed at the end, or
 * sooner where it has been idle.
 */
import { basename } from "node:path";
import type { EmbeddingModel, ModelOptions, Reranker } from "../engine.ts";
import { loadModel, loadReranker } from "../engine.ts";
import { SharedLoad } from "../shared-load.ts";
import { Problem } from "./problems.ts";

export interface ServedModelsOptions {
  /** Hugging Face ids, folders or the bundled model; the first is the one where a client names none. */
  readonly models: readonly string[];
  readonly rerankers: readonly string[];
  readonly load: ModelOptions;
  /** Milliseconds without a request after which a model is closed; null: never. */
  readonly idleMs?: number | null;
}

type Kind = "embedding" | "reranker";

class ServedModel<Model extends { close(): Promise<void> }> {
  readonly id: string;
  readonly #load: (signal: AbortSignal) => Promise<Model>;
  readonly #idleMs: number | null;
  #shared = new SharedLoad<Model>((model) => model.close());
  #using = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(id: string, load: (signal: AbortSignal) => Promise<Model>, idleMs: number | null) {
    this.id = id;
    this.#load = load;
    this.#idleMs = idleMs;
  }

  get isLoaded(): boolean {
    return this.#shared.value !== null;
  }

  /** Runs `work` with the model, which stays open for it. */
  async use<Result>(work: (model: Model) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    clearTimeout(this.#timer);
    this.#using++;
    try {
      return await work(await this.#shared.get(this.#load, signal));
    } finally {
      if (--this.#using === 0 && this.#idleMs !== null) {
        this.#timer = setTimeout(() => void this.#unload(), this.#idleMs);
        this.#timer.unref();
      }
    }
  }

  async #unload(): Promise<void> {
    if (this.#using > 0) return;
    const old = this.#shared;
    this.#shared = new SharedLoad<Model>((model) => model.close());
    await old.close();
  }

  close(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#shared.close();
  }
}

/** A model name as a client gave it: the model, and the prompt that a suffix such as `:query` asks for. */
export interface NamedModel<Model extends { close(): Promise<void> }> {
  readonly model: ServedModel<Model>;
  readonly promptName: string | null;
}

export class ServedModels {
  readonly embedding: readonly ServedModel<EmbeddingModel>[];
  readonly rerankers: readonly ServedModel<Reranker>[];

  constructor({ models, rerankers, load, idleMs = null }: ServedModelsOptions) {
    const loading = (signal: AbortSignal): ModelOptions => ({ ...load, signal });
    this.embedding = models.map((id) => new ServedModel(id, (signal) => loadModel(id, loading(signal)), idleMs));
    this.rerankers = rerankers.map((id) => new ServedModel(id, (signal) => loadReranker(id, loading(signal)), idleMs));
  }

  /** @throws Problem: no model of this name is served */
  embeddingModel(name: string | undefined): NamedModel<EmbeddingModel> {
    return found(this.embedding, name, "embedding");
  }

  /** @throws Problem: no reranker of this name is served */
  reranker(name: string | undefined): NamedModel<Reranker> {
    return found(this.rerankers, name, "reranker");
  }

  async close(): Promise<void> {
    await Promise.all([...this.embedding, ...this.rerankers].map((model) => model.close()));
  }
}

function found<Model extends { close(): Promise<void> }>(
  served: readonly ServedModel<Model>[],
  name: string | undefined,
  kind: Kind,
): NamedModel<Model> {
  const [first] = served;
  if (!first) {
    throw new Problem("not-found", `this server has no ${kind} model`, { param: "model" });
  }
  if (name === undefined || name === "") return { model: first, promptName: null };
  const [, base, suffix] = /^(.*?)(?::(query|passage|document|latest))?$/s.exec(name)!;
  const model = served.find(({ id }) => id === base) ?? served.find(({ id }) => shortName(id) === shortName(base!));
  if (!model) {
    const names = served.map(({ id }) => id).join(", ");
    throw new Problem("not-found", `model '${name.slice(0, 200)}' not found; this server has: ${names}`, {
      param: "model",
    });
  }
  return { model, promptName: suffix === undefined ? null : promptOf(suffix) };
}

function promptOf(suffix: string): string | null {
  if (suffix === "latest") return null;
  return suffix === "document" ? "passage" : suffix;
}

/** `sentence-transformers/all-MiniLM-L6-v2` and `all-minilm-l6-v2` are one name to a client. */
function shortName(id: string): string {
  return basename(id).toLowerCase();
}
