/**
 * metal-candle/ai-sdk: models for the Vercel AI SDK (ai 5, 6 and 7), and so for what is built on it, such as Mastra. It needs nothing of the
 * SDK's own.
 *
 * The SDK asks one model for queries and for passages and does not say which a text is. Where a model has different prompts for the two, the
 * caller does: by the model's id, by an option of it, or for one call. Where nobody did, that is a warning with the vectors.
 */
import { EmbeddingModel } from "../embedding-model.ts";
import { UnsupportedModelError } from "../errors.ts";
import { type EmbedOptions, type LoadOptions, notForRerankers, type RerankerOptions } from "../options.ts";
import { Reranker } from "../reranker.ts";
import type {
  AiSdkEmbedCall,
  AiSdkEmbeddingModel,
  AiSdkProvider,
  AiSdkRerankCall,
  AiSdkRerankingModel,
  AiSdkWarning,
  SpecificationVersion,
} from "./ai-sdk-types.ts";
import { HeldModel } from "./held-model.ts";
import { numberArrays } from "./number-arrays.ts";

export type { AiSdkEmbeddingModel, AiSdkProvider, AiSdkRerankingModel, AiSdkWarning, SpecificationVersion };

export const providerName = "metal-candle";

/** Options of LoadOptions, for every model of the provider. */
export interface MetalCandleSettings<V extends SpecificationVersion = "v3"> extends LoadOptions {
  /** "v3" unless given, which ai 6 and 7 take; "v2" for ai 5. */
  readonly specificationVersion?: V | undefined;
}

/**
 * A provider of models by Hugging Face id or folder. Each is loaded once, with the first call that needs it. `ID:query` embeds queries and `ID:passage`
 * what is searched, with the prompts that the model has for them; `{ promptName }` does the same, and so does
 * `providerOptions: { "metal-candle": { promptName: "query" } }` of one call, beside `prompt`, `dimensions` and `normalize`.
 *
 * @throws (from calls of the SDK) what EmbeddingModel.load, embed, Reranker.load and rank throw
 * @example
 * import { cosineSimilarity, embed, embedMany } from "ai";
 * import { createMetalCandle } from "metal-candle/ai-sdk";
 * const metalCandle = createMetalCandle({ specificationVersion: "v2" }); // ai 5; ai 6 and 7 take the default
 * const passages = metalCandle.embeddingModel("all-minilm-l6-v2-q8:passage");
 * const queries = metalCandle.embeddingModel("all-minilm-l6-v2-q8:query");
 * const { embeddings } = await embedMany({ model: passages, values: ["kneading dough", "rotating a key"] });
 * const { embedding } = await embed({ model: queries, value: "how to bake bread" });
 * console.log(embeddings.map((each) => cosineSimilarity(embedding, each)));
 * await metalCandle.close();
 */
export function createMetalCandle<V extends SpecificationVersion = "v3">(
  settings: MetalCandleSettings<V> = {},
): AiSdkProvider<V> {
  const { specificationVersion = "v3" as V, ...options } = settings;
  const held = {
    embedding: new Map<string, HeldModel<EmbeddingModel>>(),
    reranking: new Map<string, HeldModel<Reranker>>(),
  };
  const shared = { specificationVersion, provider: providerName };

  const embeddingModel: AiSdkProvider<V>["embeddingModel"] = (modelId, { promptName } = {}) => {
    const [, id, side] = /^(.*?)(?::(query|passage|document))?$/s.exec(modelId) as unknown as [string, string, string?];
    const model = heldIn(held.embedding, id, (name) => EmbeddingModel.load(name, options));
    return {
      ...shared,
      modelId,
      maxEmbeddingsPerCall: Infinity,
      supportsParallelCalls: true,
      doEmbed: async (call) => embedValues(await model.get(), call, promptName ?? side),
    };
  };

  return {
    specificationVersion,
    embeddingModel,
    textEmbeddingModel: embeddingModel,
    rerankingModel: (modelId) => {
      const model = heldIn(held.reranking, modelId, (name) => Reranker.load(name, forRerankers(options)));
      return { ...shared, modelId, doRerank: async (call) => rerankDocuments(await model.get(), call) };
    },
    languageModel: (modelId) => refuse("language", modelId),
    imageModel: (modelId) => refuse("image", modelId),
    close: async () => {
      await Promise.all([...held.embedding.values(), ...held.reranking.values()].map((model) => model.close()));
    },
  };
}

/** A provider with every option at its default, for ai 6 and 7. */
export const metalCandle: AiSdkProvider = createMetalCandle();

function heldIn<M extends { close(): Promise<void> }>(
  models: Map<string, HeldModel<M>>,
  id: string,
  load: (name: string) => Promise<M>,
): HeldModel<M> {
  const found = models.get(id) ?? new HeldModel(id, load);
  models.set(id, found);
  return found;
}

function forRerankers(options: LoadOptions): RerankerOptions {
  const others = Object.entries(options).filter(([name]) => !(notForRerankers as readonly string[]).includes(name));
  return Object.fromEntries(others);
}

function refuse(kind: string, modelId: string): never {
  throw new UnsupportedModelError(
    `${modelId} was asked for as ${kind} model; ${providerName} has embedding models and rerankers.`,
  );
}

async function embedValues(
  model: EmbeddingModel,
  { values, dimensions, abortSignal, providerOptions }: AiSdkEmbedCall,
  promptName: string | undefined,
): ReturnType<AiSdkEmbeddingModel["doEmbed"]> {
  const given = (providerOptions?.[providerName] ?? {}) as EmbedOptions;
  const options: EmbedOptions = {
    dimensions,
    ...given,
    promptName: given.promptName ?? promptName,
    signal: abortSignal,
  };
  if (options.prompt !== undefined) delete (options as { promptName?: unknown }).promptName;
  const embeddings = await model.embed(values, options);
  const warnings: AiSdkWarning[] = [];
  if (options.promptName === undefined && options.prompt === undefined && hasSides(model)) {
    warnings.push(other(sideless(model.info().id)));
  }
  if (embeddings.truncated.length > 0) {
    const which = embeddings.truncated.slice(0, 10).join(", ") + (embeddings.truncated.length > 10 ? ", …" : "");
    warnings.push(
      other(
        `${embeddings.truncated.length} of ${values.length} texts were cut to ${model.info().maxLength} tokens: ${which}.`,
      ),
    );
  }
  const tokens = embeddings.tokenCounts.reduce((sum, count) => sum + count, 0);
  return { embeddings: numberArrays(embeddings), usage: { tokens }, warnings };
}

/** Whether queries and passages have different prompts. */
function hasSides(model: EmbeddingModel): boolean {
  const { prompts } = model.info();
  return (prompts.query ?? "") !== (prompts.passage ?? prompts.document ?? "");
}

function sideless(id: string): string {
  return `${id} has different prompts for queries and passages, and nothing said which these are. Ask for "${id}:query" or "${id}:passage".`;
}

function other(message: string): AiSdkWarning {
  return { type: "other", message };
}

async function rerankDocuments(
  model: Reranker,
  { documents, query, topN, abortSignal }: AiSdkRerankCall,
): ReturnType<AiSdkRerankingModel["doRerank"]> {
  // As the SDK's other providers hand objects over.
  const texts = documents.type === "text" ? documents.values : documents.values.map((value) => JSON.stringify(value));
  const ranked = await model.rank(query, texts, { topK: topN, signal: abortSignal });
  const cut = ranked.filter(({ truncated }) => truncated).length;
  return {
    ranking: ranked.map(({ index, score }) => ({ index, relevanceScore: score })),
    warnings:
      cut === 0
        ? []
        : [other(`${cut} of the documents were cut to ${model.info().maxLength} tokens, the query included.`)],
  };
}
