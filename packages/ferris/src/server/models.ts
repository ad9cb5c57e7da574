/**
 * The models that a server answers with, by the names that clients give.
 */
import { basename } from "node:path";
import type { EmbeddingModel, Reranker } from "../engine.ts";
import type { Closable, ModelPool, PooledModel } from "../models/model-pool.ts";
import { Problem } from "./problems.ts";

export interface ServedModelsOptions {
  /** Where they are loaded, once for all who use them. */
  readonly pool: ModelPool;
  /** Hugging Face ids, folders or the bundled model; the first is the one where a client names none. */
  readonly models: readonly string[];
  readonly rerankers: readonly string[];
}

type Kind = "embedding" | "reranker";

/** A model name as a client gave it: the model, and the prompt that a suffix such as `:query` asks for. */
export interface NamedModel<Model extends Closable> {
  readonly model: PooledModel<Model>;
  readonly promptName: string | null;
}

export class ServedModels {
  readonly embedding: readonly PooledModel<EmbeddingModel>[];
  readonly rerankers: readonly PooledModel<Reranker>[];

  constructor({ pool, models, rerankers }: ServedModelsOptions) {
    this.embedding = models.map((id) => pool.embedding(id));
    this.rerankers = rerankers.map((id) => pool.reranking(id));
  }

  /** @throws Problem: no model of this name is served */
  embeddingModel(name: string | undefined): NamedModel<EmbeddingModel> {
    return found(this.embedding, name, "embedding");
  }

  /** @throws Problem: no reranker of this name is served */
  reranker(name: string | undefined): NamedModel<Reranker> {
    return found(this.rerankers, name, "reranker");
  }
}

function found<Model extends Closable>(
  served: readonly PooledModel<Model>[],
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
