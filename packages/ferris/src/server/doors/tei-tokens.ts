/**
 * text-embeddings-inference's API about single tokens: `/tokenize` and `/decode`, `/embed_all`, and what no model here can do, refused as
 * that server refuses it: `/embed_sparse`.
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { CallCost, EmbeddingModel } from "../../engine.ts";
import type { ServerContext } from "../context.ts";
import { tellCost } from "../cost.ts";
import { checkLengths } from "../embed.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, signalOf, tellTruncated } from "../routes.ts";
import { type TokenNames, tokenNames } from "../token-names.ts";

const mostInputs = 10_000;
/** Numbers of an answer of /embed_all: about 80 MB of JSON. */
const mostValues = 1 << 22;
const tags = ["text-embeddings-inference"];

const tokenizeRequest = z
  .looseObject({
    inputs: z.union([z.string(), z.array(z.string()).max(mostInputs)]),
    add_special_tokens: z.boolean().default(true),
    prompt_name: z.string().nullish(),
  })
  .openapi("TokenizeRequest");

const ids = z.array(z.number().int().min(0)).max(1_000_000);
const decodeRequest = z
  .looseObject({
    ids: z.union([ids, z.array(ids).max(mostInputs)]),
    skip_special_tokens: z.boolean().default(true),
  })
  .openapi("DecodeRequest");

const embedAllRequest = z
  .looseObject({
    inputs: z.union([z.string(), z.array(z.string()).max(mostInputs)]),
    truncate: z.boolean().nullish(),
    prompt_name: z.string().nullish(),
  })
  .openapi("EmbedAllRequest");

const token = z.object({
  id: z.number().int(),
  text: z.string(),
  special: z.boolean(),
  start: z.number().int().nullable().openapi({ description: "first byte in the text's UTF-8, its prompt included" }),
  stop: z.number().int().nullable(),
});
type Token = z.infer<typeof token>;

export function teiTokensDoor(context: ServerContext) {
  const door = newDoor();

  door.openapi(
    createRoute({
      method: "post",
      path: "/tokenize",
      tags,
      summary: "The tokens of texts, as the model reads them",
      request: jsonBody(tokenizeRequest),
      responses: jsonAnswer(z.array(z.array(token))),
    }),
    async (c) => {
      const { inputs, add_special_tokens: specialTokens, prompt_name: promptName } = c.req.valid("json");
      const texts = typeof inputs === "string" ? [inputs] : inputs;
      if (texts.length === 0) throw new Problem("empty", "inputs: must hold at least one text");
      const { model } = context.models.embeddingModel(undefined);
      const signal = signalOf(c);
      const tokens = await context.admission.run(texts.length, () =>
        model.use(async (loaded) => {
          const names = await tokenNames(loaded);
          const options = { specialTokens, promptName: promptName ?? undefined };
          return texts.map((text) => tokensOf(text, loaded, names, options));
        }, signal),
      );
      return c.json(tokens, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "post",
      path: "/decode",
      tags,
      summary: "The texts that tokens stand for",
      request: jsonBody(decodeRequest),
      responses: jsonAnswer(z.array(z.string())),
    }),
    async (c) => {
      const { ids: given, skip_special_tokens: skipSpecial } = c.req.valid("json");
      const lists = given.length > 0 && Array.isArray(given[0]) ? (given as number[][]) : [given as number[]];
      const { model } = context.models.embeddingModel(undefined);
      const texts = await context.admission.run(lists.length, () =>
        model.use(async (loaded) => {
          const names = await tokenNames(loaded);
          return lists.map((list) => names.decode(list, { skipSpecial }));
        }, signalOf(c)),
      );
      return c.json(texts, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "post",
      path: "/embed_all",
      tags,
      summary: "Texts to the vectors of their tokens, before pooling",
      request: jsonBody(embedAllRequest),
      responses: jsonAnswer(z.array(z.array(z.array(z.number())))),
    }),
    async (c) => {
      const started = performance.now();
      const { inputs, truncate, prompt_name } = c.req.valid("json");
      const texts = typeof inputs === "string" ? [inputs] : inputs;
      const promptName = prompt_name ?? undefined;
      if (texts.length === 0) throw new Problem("empty", "inputs: must hold at least one text");
      const { model } = context.models.embeddingModel(undefined);
      const signal = signalOf(c);
      let cost!: CallCost;
      const vectors = await context.admission.run(texts.length, () =>
        model.use((loaded) => {
          checkValues(texts, loaded, promptName);
          if (truncate === false || context.strictLength) checkLengths(texts, loaded, promptName);
          return loaded.embedTokens(texts, {
            promptName,
            signal,
            onCost: (told) => void (cost = told),
          });
        }, signal),
      );
      const truncated = vectors.filter((each) => each.truncated).length;
      context.metrics.texts(
        vectors.map(({ length }) => length),
        truncated,
        cost,
      );
      tellTruncated(c, truncated);
      tellCost(c, started, texts, cost);
      return c.json(
        vectors.map((tokens) => Array.from(tokens, (vector) => Array.from(vector))),
        200,
      );
    },
  );

  door.post("/embed_sparse", () => {
    throw notHere("no model that is served makes sparse vectors (SPLADE)");
  });
  return door;
}

/** As that server tells them: those around the text by their names, its own by what of it they stand for. */
function tokensOf(
  text: string,
  model: EmbeddingModel,
  names: TokenNames,
  { specialTokens, promptName }: { specialTokens: boolean; promptName: string | undefined },
): Token[] {
  const own = model.tokenIds(text, { specialTokens: false, promptName });
  const all = specialTokens ? model.tokenIds(text, { promptName }) : own;
  const places = model.tokenPlaces(text, { promptName });
  const isSame = places.length === own.length && places.every(({ id }, i) => id === own[i]);
  const { prompts, defaultPromptName } = model.info();
  const bytes = Buffer.from((prompts[promptName ?? defaultPromptName ?? ""] ?? "") + text);
  const leading = beginningOf(own, all);
  return Array.from(all, (id, i): Token => {
    const place = places[i - leading];
    if (i < leading || i >= leading + own.length)
      return { id, text: names.name(id), special: true, start: null, stop: null };
    // Where the pass that finds places reads a text otherwise, none is better than a wrong one.
    if (!isSame || place === undefined) return { id, text: names.name(id), special: false, start: null, stop: null };
    const { start, end } = place;
    return { id, text: bytes.subarray(start, end).toString(), special: false, start, stop: end };
  });
}

/** Where a text's own tokens begin among all. */
function beginningOf(own: Int32Array, all: Int32Array): number {
  for (let at = 0; at + own.length <= all.length; at++) {
    if (own.every((id, i) => all[at + i] === id)) return at;
  }
  return 0;
}

/** A vector for each token makes long answers: those that nobody could send are refused before anything is computed. */
function checkValues(texts: readonly string[], model: EmbeddingModel, promptName: string | undefined): void {
  const { maxLength, hiddenSize } = model.info();
  const tokens = texts.reduce((sum, text) => sum + Math.min(model.countTokens(text, { promptName }), maxLength), 0);
  if (tokens * hiddenSize <= mostValues) return;
  throw new Problem(
    "too-large",
    `inputs: ${tokens} tokens of ${hiddenSize} numbers each are more than the ${mostValues} numbers that one answer may hold; send fewer texts`,
    { param: "inputs" },
  );
}

/** What that server calls a failure of its back end: 424. */
function notHere(message: string): Problem {
  return new Problem("failed", message);
}
