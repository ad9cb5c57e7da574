/**
 * Reranking, in the shapes of four APIs: `POST /rerank` is text-embeddings-inference's with `texts` and Cohere's and Jina's with
 * `documents`; `/v1/rerank` is Jina's and Voyage's, `/v2/rerank` Cohere's. Ollama has none: this is where its users come.
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { ServerContext } from "../context.ts";
import type { CallCost } from "../../engine.ts";
import { tellCost } from "../cost.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, tellTruncated, type RequestContext, signalOf } from "../routes.ts";
import { probabilities } from "../scores.ts";

const mostDocuments = 10_000;

const documentText = z.union([z.string(), z.looseObject({ text: z.string() })]);

const rerankRequest = z
  .looseObject({
    query: z.string().min(1),
    texts: z.array(z.string()).max(mostDocuments).optional().openapi({ description: "text-embeddings-inference's" }),
    documents: z
      .array(documentText)
      .max(mostDocuments)
      .optional()
      .openapi({ description: "Cohere's, Jina's, Voyage's" }),
    model: z.string().nullish(),
    top_n: z.number().int().min(1).nullish(),
    top_k: z.number().int().min(1).nullish().openapi({ description: "Voyage's top_n" }),
    return_documents: z.boolean().nullish(),
    return_text: z.boolean().nullish(),
    raw_scores: z.boolean().nullish(),
  })
  .openapi("RerankRequest");
type RerankRequest = z.infer<typeof rerankRequest>;

interface Scored {
  readonly index: number;
  readonly score: number;
  readonly logit: number;
}

interface Ranked {
  readonly scored: readonly Scored[];
  readonly texts: readonly string[];
  readonly model: string;
  readonly truncated: number;
  readonly cost: CallCost;
}

export function rerankDoor(context: ServerContext) {
  const door = newDoor();
  const paths = ["/rerank", "/v1/rerank", "/v2/rerank"] as const;
  for (const path of paths) {
    door.openapi(
      createRoute({
        method: "post",
        path,
        tags: ["Reranking"],
        summary: "How well each text answers a query, best first",
        request: jsonBody(rerankRequest),
        responses: jsonAnswer(z.unknown()),
      }),
      async (c) => {
        const body = c.req.valid("json");
        const started = performance.now();
        const ranked = await rank(context, body, signalOf(c));
        tellTruncated(c, ranked.truncated);
        tellCost(c, started, [body.query, ...ranked.texts], ranked.cost);
        return c.json(shapeOf(path, body, ranked, c), 200);
      },
    );
  }
  return door;
}

async function rank(context: ServerContext, body: RerankRequest, signal: AbortSignal): Promise<Ranked> {
  const documents = body.texts ?? body.documents;
  if (documents === undefined) throw new Problem("invalid", "documents: is missing", { param: "documents" });
  const texts = documents.map((each) => (typeof each === "string" ? each : each.text));
  if (texts.length === 0) throw new Problem("empty", "documents: must hold at least one text", { param: "documents" });
  const { model } = context.models.reranker(body.model ?? undefined);
  return context.admission.run(texts.length, () =>
    model.use(async (reranker) => {
      let cost!: CallCost;
      const onCost = (told: CallCost): void => void (cost = told);
      const ranked = await reranker.rank(body.query, texts, { signal, onCost });
      context.metrics.predicted(texts.length, cost);
      const scored = ranked.map(({ index, logits }) => ({
        index,
        score: probabilities(logits.subarray(0, 1))[0]!,
        logit: logits[0]!,
      }));
      const truncated = ranked.filter((each) => each.truncated).length;
      return { scored, texts, model: model.id, truncated, cost };
    }, signal),
  );
}

function shapeOf(path: string, body: RerankRequest, { scored, texts, model, cost }: Ranked, c: RequestContext): object {
  const best = scored.slice(0, body.top_n ?? body.top_k ?? scored.length);
  if (body.texts !== undefined && path === "/rerank") {
    return best.map(({ index, score, logit }) => ({
      index,
      score: body.raw_scores ? logit : score,
      ...(body.return_text ? { text: texts[index]! } : {}),
    }));
  }
  const found = best.map(({ index, score }) => ({ index, relevance_score: score }));
  const withDocuments = (document: (text: string) => unknown) =>
    body.return_documents ? found.map((each) => ({ ...each, document: document(texts[each.index]!) })) : found;
  const id = c.get("requestId");
  const results = withDocuments((text) => ({ text }));
  if (path === "/v2/rerank") {
    return { id, results, meta: { api_version: { version: "2" }, billed_units: { search_units: 1 } } };
  }
  // Voyage's clients read `data`, whose documents are strings; Jina's and Cohere's read `results`.
  return {
    id,
    object: "list",
    model,
    results,
    data: withDocuments((text) => text),
    usage: { total_tokens: cost.tokens },
  };
}
