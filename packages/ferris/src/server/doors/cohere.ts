/** Cohere's `POST /v2/embed`. Its `input_type` says which prompt is meant. https://docs.cohere.com/reference/embed */
import { createRoute, z } from "@hono/zod-openapi";
import type { ServerContext } from "../context.ts";
import { embed } from "../embed.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, tellTruncated, signalOf } from "../routes.ts";
import { base64, promptName } from "./openai.ts";

const mostTexts = 2048;
const types = ["float", "base64", "int8", "uint8", "binary", "ubinary"] as const;

const embedRequest = z
  .looseObject({
    model: z.string(),
    texts: z.array(z.string()).max(mostTexts).optional(),
    input_type: z.string(),
    embedding_types: z.array(z.enum(types)).default(["float"]),
    output_dimension: z.number().int().min(1).nullish(),
    truncate: z.enum(["NONE", "START", "END"]).default("END"),
  })
  .openapi("CohereEmbedRequest");

export function cohereDoor(context: ServerContext) {
  const door = newDoor();
  door.openapi(
    createRoute({
      method: "post",
      path: "/v2/embed",
      tags: ["Cohere"],
      summary: "Texts to vectors",
      request: jsonBody(embedRequest),
      responses: jsonAnswer(z.looseObject({ id: z.string() })),
    }),
    async (c) => {
      const body = c.req.valid("json");
      const texts = body.texts ?? [];
      if (texts.length === 0)
        throw new Problem("invalid", "texts: must hold at least one text; images are not embedded");
      if (body.truncate === "START")
        throw new Problem("invalid", "truncate: texts are cut at their end (END), or not (NONE)");
      const { embeddings, tokens } = await embed(context, {
        texts,
        model: body.model,
        promptName: promptName(body),
        dimensions: body.output_dimension ?? undefined,
        truncate: body.truncate !== "NONE",
        signal: signalOf(c),
      });
      const vectors = [...embeddings];
      const encoded = Object.fromEntries(
        body.embedding_types.map((type) => [type, vectors.map((each) => encode(each, type))]),
      );
      tellTruncated(c, embeddings.truncated.length);
      return c.json(
        {
          id: c.get("requestId"),
          embeddings: encoded,
          texts,
          response_type: "embeddings_by_type",
          meta: { api_version: { version: "2" }, billed_units: { input_tokens: tokens } },
        },
        200,
      );
    },
  );
  return door;
}

/** Numbers of one byte stand for [-1, 1], one bit for the sign: what Cohere's own vectors mean by these types. */
function encode(vector: Float32Array, type: (typeof types)[number]): string | number[] {
  switch (type) {
    case "float":
      return Array.from(vector);
    case "base64":
      return base64(vector);
    case "int8":
      return Array.from(vector, (value) => Math.max(-128, Math.min(127, Math.round(value * 127))));
    case "uint8":
      return Array.from(vector, (value) => Math.max(0, Math.min(255, Math.round(value * 127) + 128)));
    case "ubinary":
      return bits(vector);
    case "binary":
      return bits(vector).map((byte) => byte - 128);
  }
}

function bits(vector: Float32Array): number[] {
  const bytes = Array<number>(Math.ceil(vector.length / 8)).fill(0);
  for (let i = 0; i < vector.length; i++) if (vector[i]! > 0) bytes[i >> 3]! |= 0x80 >> (i & 7);
  return bytes;
}
