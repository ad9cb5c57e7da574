/**
 * The rest of text-embeddings-inference's API: `/tokenize` and `/decode`, `/predict` over pairs of texts, and what no model here can
 * do, refused as that server refuses it: `/embed_all`, `/embed_sparse`.
 *
 * Where a token stands in its text (`start`, `stop`) is not told: null, which the API allows.
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { ServerContext } from "../context.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, signalOf } from "../routes.ts";
import { tokenNames } from "../token-names.ts";

const mostInputs = 10_000;
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

const sequence = z.union([z.string(), z.array(z.string()).min(1).max(2)]);
const predictRequest = z
  .looseObject({
    inputs: z.union([sequence, z.array(sequence).max(mostInputs)]).openapi({
      description: "a pair of texts, or a list of pairs",
    }),
    raw_scores: z.boolean().default(false),
  })
  .openapi("PredictRequest");

const token = z.object({
  id: z.number().int(),
  text: z.string(),
  special: z.boolean(),
  start: z.null(),
  stop: z.null(),
});

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
          return texts.map((text) => {
            const all = loaded.tokenIds(text, { specialTokens, promptName: promptName ?? undefined });
            const told = (id: number) => ({ id, text: names.name(id), special: names.isSpecial(id) });
            return Array.from(all, (id) => ({ ...told(id), start: null, stop: null }));
          });
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
      path: "/predict",
      tags,
      summary: "The classes of pairs of texts, best first",
      request: jsonBody(predictRequest),
      responses: jsonAnswer(z.unknown()),
    }),
    async (c) => {
      const { inputs, raw_scores: raw } = c.req.valid("json");
      if (context.models.rerankers.length === 0) throw notHere("no classifier is served");
      const isOne = isPair(inputs);
      const pairs: unknown[] = isOne || typeof inputs === "string" ? [inputs] : inputs;
      if (pairs.length === 0) throw new Problem("empty", "inputs: must hold at least one pair of texts");
      if (!pairs.every(isPair)) {
        throw new Problem(
          "invalid",
          "inputs: the models that are served classify pairs of texts: [[first, second], …]",
        );
      }
      const { model } = context.models.reranker(undefined);
      const signal = signalOf(c);
      const predicted = await context.admission.run(pairs.length, () =>
        model.use(
          (loaded) =>
            Promise.all(
              pairs.map(async ([first, second]) => {
                const [only] = await loaded.rank(first, [second], { signal });
                const { scores, logits } = only!;
                return Array.from(raw ? logits : scores, (score, i) => ({ score, label: `LABEL_${i}` })).sort(
                  (a, b) => b.score - a.score,
                );
              }),
            ),
          signal,
        ),
      );
      return c.json(isOne ? predicted[0] : predicted, 200);
    },
  );

  door.post("/embed_all", () => {
    throw notHere("vectors of single tokens are not given");
  });
  door.post("/embed_sparse", () => {
    throw notHere("no model that is served makes sparse vectors (SPLADE)");
  });
  return door;
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "string");
}

/** What that server calls a failure of its back end: 424. */
function notHere(message: string): Problem {
  return new Problem("failed", message);
}
