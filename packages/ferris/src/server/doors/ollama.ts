/**
 * Ollama's embeddings API: `/api/embed`, `/api/embeddings`, `/api/tags`, `/api/show`, `/api/ps`, `/api/version`, and `GET /`.
 * https://github.com/ollama/ollama/blob/main/docs/api.md
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { ServerContext } from "../context.ts";
import { embed } from "../embed.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, tellTruncated, signalOf } from "../routes.ts";

const embedRequest = z
  .looseObject({
    model: z.string(),
    input: z.unknown(),
    truncate: z.boolean().nullish(),
    dimensions: z.number().int().min(1).nullish(),
  })
  .openapi("OllamaEmbedRequest");

const embeddingsRequest = z
  .looseObject({ model: z.string(), prompt: z.string().default("") })
  .openapi("OllamaEmbeddingsRequest");

export function ollamaDoor(context: ServerContext) {
  const door = newDoor();

  door.openapi(
    createRoute({
      method: "post",
      path: "/api/embed",
      tags: ["Ollama"],
      summary: "Texts to vectors",
      request: jsonBody(embedRequest),
      responses: jsonAnswer(z.looseObject({ model: z.string() })),
    }),
    async (c) => {
      const started = process.hrtime.bigint();
      const { model, input, truncate, dimensions } = c.req.valid("json");
      const texts = textsOf(input);
      context.models.embeddingModel(model);
      if (texts.length === 0) return c.json({ model, embeddings: [] }, 200);
      const { embeddings, tokens } = await embed(context, {
        texts,
        model,
        dimensions: dimensions ?? undefined,
        truncate: truncate ?? undefined,
        normalize: true,
        signal: signalOf(c),
      });
      tellTruncated(c, embeddings.truncated.length);
      return c.json(
        {
          model,
          embeddings: [...embeddings].map((vector) => Array.from(vector)),
          total_duration: Number(process.hrtime.bigint() - started),
          load_duration: 0,
          prompt_eval_count: tokens,
        },
        200,
      );
    },
  );

  door.openapi(
    createRoute({
      method: "post",
      path: "/api/embeddings",
      tags: ["Ollama"],
      summary: "One text to a vector, as older clients ask for it",
      request: jsonBody(embeddingsRequest),
      responses: jsonAnswer(z.object({ embedding: z.array(z.number()) })),
    }),
    async (c) => {
      const { model, prompt } = c.req.valid("json");
      context.models.embeddingModel(model);
      if (prompt === "") return c.json({ embedding: [] }, 200);
      const { embeddings } = await embed(context, { texts: [prompt], model, signal: signalOf(c) });
      return c.json({ embedding: Array.from(embeddings.at(0)) }, 200);
    },
  );

  const modified = new Date(context.startedAt).toISOString();
  const described = (id: string) => ({
    name: id,
    model: id,
    modified_at: modified,
    size: 0,
    digest: "",
    details: { format: "safetensors", family: "bert", families: ["bert"], parameter_size: "", quantization_level: "" },
  });
  door.get("/api/tags", (c) => c.json({ models: context.models.embedding.map(({ id }) => described(id)) }));
  door.get("/api/ps", (c) =>
    c.json({ models: context.models.embedding.filter(({ loaded }) => loaded !== null).map(({ id }) => described(id)) }),
  );
  door.post("/api/show", async (c) => {
    const body = (await c.req.json().catch(() => null)) as { model?: unknown; name?: unknown } | null;
    const name = body?.model ?? body?.name;
    if (typeof name !== "string") throw new Problem("invalid", "model is required");
    const { model } = context.models.embeddingModel(name);
    return c.json({ ...described(model.id), capabilities: ["embedding"], model_info: {} });
  });
  // Clients look for a version of Ollama's own, and for its greeting.
  door.get("/api/version", (c) => c.json({ version: "0.6.4" }));
  door.get("/", (c) => c.text("Ollama is running"));
  return door;
}

function textsOf(input: unknown): string[] {
  if (input === undefined || input === null || input === "") return [];
  if (typeof input === "string") return [input];
  if (Array.isArray(input) && input.every((each) => typeof each === "string")) return input;
  throw new Problem("invalid", "invalid input type");
}
