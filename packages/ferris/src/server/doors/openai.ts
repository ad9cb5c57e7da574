/**
 * OpenAI's embeddings API, with the extensions of Jina and Voyage on the same path: `POST /v1/embeddings`, `GET /v1/models`.
 * https://github.com/openai/openai-openapi
 *
 * OpenAI's clients ask for base64 unless told otherwise and decode whatever comes. Ids of tokens are refused: they are another
 * tokenizer's, and as ours they would be other words.
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { ServerContext } from "../context.ts";
import { embed } from "../embed.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, tellTruncated, signalOf } from "../routes.ts";

const mostInputs = 2048;

const usage = z.object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() });

const embeddingsRequest = z
  .looseObject({
    input: z.unknown().openapi({
      description: "a text, or up to 2,048 of them",
      oneOf: [{ type: "string" }, { type: "array", items: { type: "string" }, maxItems: mostInputs }],
    }),
    model: z
      .string()
      .optional()
      .openapi({ description: "a served model; `NAME:query` and `NAME:passage` choose the prompt" }),
    encoding_format: z.enum(["float", "base64"]).nullish(),
    dimensions: z.number().int().min(1).nullish(),
    output_dimension: z.number().int().min(1).nullish().openapi({ description: "Voyage's dimensions" }),
    prompt_name: z.string().nullish().openapi({ description: "a prompt of the model's, by name" }),
    input_type: z.string().nullish().openapi({ description: "query or document, as in Voyage and Cohere" }),
    task: z.string().nullish().openapi({ description: "retrieval.query or retrieval.passage, as in Jina" }),
    embedding_type: z.string().nullish().openapi({ description: "Jina's encoding_format" }),
    normalized: z.boolean().nullish(),
    truncate: z.boolean().nullish(),
    truncation: z.boolean().nullish(),
    user: z.string().nullish(),
  })
  .openapi("EmbeddingsRequest");

const embeddingsAnswer = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        object: z.literal("embedding"),
        index: z.number().int(),
        embedding: z.union([z.array(z.number()), z.string()]),
      }),
    ),
    model: z.string(),
    usage,
  })
  .openapi("EmbeddingsAnswer");

const model = z.object({ id: z.string(), object: z.literal("model"), created: z.number().int(), owned_by: z.string() });

export function openAiDoor(context: ServerContext) {
  const door = newDoor();

  // The second is how text-embeddings-inference and llama.cpp call it.
  for (const path of ["/v1/embeddings", "/embeddings"]) {
    door.openapi(
      createRoute({
        method: "post",
        path,
        tags: ["OpenAI"],
        summary: "Texts to vectors",
        request: jsonBody(embeddingsRequest),
        responses: jsonAnswer(embeddingsAnswer),
      }),
      async (c) => {
        const body = c.req.valid("json");
        const texts = textsOf(body.input);
        const {
          embeddings,
          model: id,
          tokens,
        } = await embed(context, {
          texts,
          model: body.model,
          promptName: promptName(body),
          dimensions: body.dimensions ?? body.output_dimension ?? undefined,
          normalize: body.normalized ?? undefined,
          truncate: body.truncate ?? body.truncation ?? undefined,
          signal: signalOf(c),
        });
        const asBase64 = (body.encoding_format ?? body.embedding_type) === "base64";
        const data = [...embeddings].map((vector, index) => ({
          object: "embedding" as const,
          index,
          embedding: asBase64 ? base64(vector) : Array.from(vector),
        }));
        tellTruncated(c, embeddings.truncated.length);
        return c.json(
          { object: "list" as const, data, model: id, usage: { prompt_tokens: tokens, total_tokens: tokens } },
          200,
        );
      },
    );
  }

  const described = (id: string) =>
    ({ id, object: "model", created: Math.floor(context.startedAt / 1000), owned_by: "ferris" }) as const;
  const ids = () => [...context.models.embedding, ...context.models.rerankers].map(({ id }) => id);

  door.openapi(
    createRoute({
      method: "get",
      path: "/v1/models",
      tags: ["OpenAI"],
      summary: "The models that are served",
      responses: jsonAnswer(z.object({ object: z.literal("list"), data: z.array(model) })),
    }),
    (c) => c.json({ object: "list" as const, data: ids().map(described) }, 200),
  );

  // Ids have slashes, which clients may or may not encode.
  door.openapi(
    createRoute({
      method: "get",
      path: "/v1/models/{id}",
      tags: ["OpenAI"],
      summary: "One of them",
      request: { params: z.object({ id: z.string() }) },
      responses: jsonAnswer(model),
    }),
    (c) => c.json(described(knownId(c.req.param("id"))), 200),
  );
  door.get("/v1/models/:owner/:name", (c) =>
    c.json(described(knownId(`${c.req.param("owner")}/${c.req.param("name")}`))),
  );

  function knownId(id: string): string {
    const known = ids().find((each) => each === id);
    if (known === undefined)
      throw new Problem("not-found", `model '${id.slice(0, 200)}' not found`, { param: "model" });
    return known;
  }
  return door;
}

/** @throws Problem for anything but a text or a list of texts */
function textsOf(input: unknown): string[] {
  const param = "input";
  if (typeof input === "string") return nonEmpty([input]);
  if (!Array.isArray(input)) throw new Problem("invalid", "input: must be a string or an array of strings", { param });
  if (input.length === 0) throw new Problem("empty", "input: must hold at least one text", { param });
  if (input.length > mostInputs && input.every((each) => typeof each === "string")) {
    throw new Problem("invalid", `input: holds ${input.length} texts; at most ${mostInputs} are taken at a time`, {
      param,
    });
  }
  const [first] = input as unknown[];
  if (typeof first === "number" || Array.isArray(first)) {
    throw new Problem(
      "invalid",
      "input: holds ids of tokens, which are of another tokenizer than this model's: send text. " +
        "In LangChain that is OpenAIEmbeddings(check_embedding_ctx_length=False).",
      { param },
    );
  }
  const wrong = input.findIndex((each) => typeof each !== "string");
  if (wrong >= 0) throw new Problem("invalid", `input: its element ${wrong} is not a string`, { param });
  return nonEmpty(input as string[]);
}

function nonEmpty(texts: string[]): string[] {
  const empty = texts.indexOf("");
  if (empty < 0) return texts;
  throw new Problem("empty", texts.length === 1 ? "input: is empty" : `input: its element ${empty} is empty`, {
    param: "input",
  });
}

interface PromptFields {
  readonly prompt_name?: string | null;
  readonly input_type?: string | null;
  readonly task?: string | null;
}

/** The prompt that a request asks for, in the words of whichever API. */
export function promptName({ prompt_name, input_type, task }: PromptFields): string | undefined {
  if (prompt_name) return prompt_name;
  const kind = (input_type ?? task ?? "").toLowerCase();
  if (/query/.test(kind)) return "query";
  if (/document|passage/.test(kind)) return "passage";
  return undefined;
}

/** f32, little-endian. */
export function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");
}
