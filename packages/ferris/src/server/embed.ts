/**
 * Texts to vectors for every door: the model that was named, the prompt that was meant, admission, metrics, and what was cut.
 */
import type { CallCost, Embeddings, EmbeddingModel } from "../engine.ts";
import type { ServerContext } from "./context.ts";
import { Problem } from "./problems.ts";

export interface EmbedRequest {
  readonly texts: readonly string[];
  /** As the client gave it, perhaps with `:query`; undefined: the server's first. */
  readonly model: string | undefined;
  /** A prompt by name, as the client gave it; undefined: as the name's suffix says, else the model's default. */
  readonly promptName?: string | null;
  readonly dimensions?: number;
  readonly normalize?: boolean;
  /** False: a text that is too long is an error. */
  readonly truncate?: boolean;
  readonly signal: AbortSignal;
}

export interface Embedded {
  readonly embeddings: Embeddings;
  readonly model: string;
  readonly tokens: number;
  readonly cost: CallCost;
}

/** @throws Problem */
export async function embed(context: ServerContext, request: EmbedRequest): Promise<Embedded> {
  const { texts, signal, dimensions } = request;
  // These APIs promise unit length, also of vectors that were made shorter.
  const normalize = request.normalize ?? (dimensions === undefined ? undefined : true);
  const { model, promptName } = context.models.embeddingModel(request.model);
  const prompt = request.promptName ?? promptName ?? undefined;
  return context.admission.run(texts.length, () =>
    model.use(async (loaded) => {
      checkDimensions(dimensions, loaded);
      if (request.truncate === false || context.strictLength) checkLengths(texts, loaded, prompt);
      let cost!: CallCost;
      const onCost = (told: CallCost): void => void (cost = told);
      const embeddings = await loaded.embed(texts, { promptName: prompt, dimensions, normalize, signal, onCost });
      context.metrics.texts(embeddings.tokenCounts, embeddings.truncated.length, cost);
      return { embeddings, model: model.id, tokens: cost.tokens, cost };
    }, signal),
  );
}

function checkDimensions(dimensions: number | undefined, model: EmbeddingModel): void {
  const own = model.info().dimensions;
  if (dimensions === undefined || dimensions <= own) return;
  throw new Problem("invalid", `dimensions is ${dimensions}; this model has ${own}`, { param: "dimensions" });
}

export function checkLengths(texts: readonly string[], model: EmbeddingModel, promptName: string | undefined): void {
  const { maxLength } = model.info();
  for (const [index, text] of texts.entries()) {
    const tokens = model.countTokens(text, { promptName });
    if (tokens <= maxLength) continue;
    throw new Problem(
      "invalid",
      `the input length exceeds the context length: input ${index} has ${tokens} tokens, the model reads ${maxLength}`,
      { param: "input", code: "context_length_exceeded" },
    );
  }
}
