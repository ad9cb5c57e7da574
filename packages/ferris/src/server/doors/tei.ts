/**
 * text-embeddings-inference's own API: `/embed`, `/similarity`, `/info`, `/health`, `/ping`, `/metrics`.
 * https://huggingface.github.io/text-embeddings-inference
 *
 * `/rerank` is in rerank.ts, `/predict` in tei-predict.ts, the rest in tei-tokens.ts.
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { ServerContext } from "../context.ts";
import { tellCost } from "../cost.ts";
import { embed } from "../embed.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, type RequestContext, tellTruncated, signalOf } from "../routes.ts";

const mostInputs = 10_000;
const inputs = z.union([z.string(), z.array(z.string()).max(mostInputs)]);

const embedRequest = z
  .looseObject({
    inputs,
    truncate: z.boolean().nullish(),
    truncation_direction: z.enum(["Left", "Right", "left", "right"]).nullish(),
    prompt_name: z.string().nullish(),
    normalize: z.boolean().default(true),
    dimensions: z.number().int().min(1).nullish(),
  })
  .openapi("EmbedRequest");

const similarityRequest = z
  .looseObject({
    inputs: z.object({ source_sentence: z.string().min(1), sentences: z.array(z.string()).min(1).max(mostInputs) }),
    parameters: z.looseObject({ truncate: z.boolean().nullish(), prompt_name: z.string().nullish() }).nullish(),
  })
  .openapi("SimilarityRequest");

export function teiDoor(context: ServerContext) {
  const door = newDoor();

  door.openapi(
    createRoute({
      method: "post",
      path: "/embed",
      tags: ["text-embeddings-inference"],
      summary: "Texts to vectors",
      request: jsonBody(embedRequest),
      responses: jsonAnswer(z.array(z.array(z.number()))),
    }),
    async (c) => c.json(await embedded(c, c.req.valid("json")), 200),
  );

  async function embedded(c: RequestContext, body: z.infer<typeof embedRequest>): Promise<number[][]> {
    const started = performance.now();
    if (body.truncation_direction?.toLowerCase() === "left") {
      throw new Problem("invalid", "truncation_direction: texts are cut at their end (Right)");
    }
    const texts = typeof body.inputs === "string" ? [body.inputs] : body.inputs;
    if (texts.length === 0) throw new Problem("empty", "inputs: must hold at least one text");
    const { embeddings, cost } = await embed(context, {
      texts,
      model: undefined,
      promptName: body.prompt_name,
      dimensions: body.dimensions ?? undefined,
      normalize: body.normalize,
      truncate: body.truncate ?? undefined,
      signal: signalOf(c),
    });
    tellTruncated(c, embeddings.truncated.length);
    tellCost(c, started, texts, cost);
    return [...embeddings].map((vector) => Array.from(vector));
  }

  door.openapi(
    createRoute({
      method: "post",
      path: "/similarity",
      tags: ["text-embeddings-inference"],
      summary: "The cosine of one text with others",
      request: jsonBody(similarityRequest),
      responses: jsonAnswer(z.array(z.number())),
    }),
    async (c) => c.json(await similarities(c, c.req.valid("json")), 200),
  );

  async function similarities(c: RequestContext, body: z.infer<typeof similarityRequest>): Promise<number[]> {
    const started = performance.now();
    const { inputs: given, parameters } = body;
    const { embeddings, cost } = await embed(context, {
      texts: [given.source_sentence, ...given.sentences],
      model: undefined,
      promptName: parameters?.prompt_name,
      normalize: true,
      truncate: parameters?.truncate ?? undefined,
      signal: signalOf(c),
    });
    tellCost(c, started, [given.source_sentence, ...given.sentences], cost);
    const source = embeddings.at(0);
    return given.sentences.map((_, i) => embeddings.at(i + 1).reduce((sum, value, j) => sum + value * source[j]!, 0));
  }

  // Where Hugging Face's clients send what they have, and what a hosted endpoint is asked at.
  for (const path of ["/", "/invocations"]) {
    door.openapi(
      createRoute({
        method: "post",
        path,
        tags: ["text-embeddings-inference"],
        summary: "As /embed, or as /similarity, by what is asked",
        request: jsonBody(z.union([similarityRequest, embedRequest])),
        responses: jsonAnswer(z.unknown()),
      }),
      async (c) => {
        const body = c.req.valid("json");
        const isComparison = typeof body.inputs === "object" && !Array.isArray(body.inputs);
        const answer = isComparison
          ? await similarities(c, body as z.infer<typeof similarityRequest>)
          : await embedded(c, body as z.infer<typeof embedRequest>);
        return c.json(answer, 200);
      },
    );
  }

  door.openapi(
    createRoute({
      method: "get",
      path: "/info",
      tags: ["text-embeddings-inference"],
      summary: "The model in use, and the server's limits",
      responses: jsonAnswer(z.looseObject({ model_id: z.string() })),
    }),
    async (c) => {
      const { model } = context.models.embeddingModel(undefined);
      const info = await model.use(async (loaded) => loaded.info(), signalOf(c));
      return c.json(
        {
          model_id: model.id,
          model_sha: info.revision,
          model_dtype: info.dtype === "f16" ? "float16" : "float32",
          model_type: { embedding: { pooling: info.pooling[0] ?? "mean" } },
          max_concurrent_requests: 512,
          max_input_length: info.maxLength,
          max_batch_tokens: info.tokenBudget,
          max_client_batch_size: mostInputs,
          auto_truncate: !context.strictLength,
          tokenization_workers: 1 + info.tokenizerThreads,
          version: context.version,
        },
        200,
      );
    },
  );

  for (const path of ["/health", "/ping"]) door.get(path, (c) => c.body(null, 200));
  door.get("/metrics", async (c) => {
    c.header("content-type", context.metrics.contentType);
    return c.body(await context.metrics.text());
  });
  return door;
}
