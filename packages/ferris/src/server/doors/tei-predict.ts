/**
 * text-embeddings-inference's `/predict`: the classes of texts, or of pairs of texts, best first. The model is the first reranker that is
 * served: a cross-encoder is a classifier, and whatever transformers calls a sequence classifier loads as one.
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { Classification } from "../../engine.ts";
import type { ServerContext } from "../context.ts";
import { tellCost } from "../cost.ts";
import { Problem } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, signalOf, tellTruncated } from "../routes.ts";
import { probabilities } from "../scores.ts";

const mostInputs = 10_000;

const sequence = z.array(z.string()).min(1).max(2);
const predictRequest = z
  .looseObject({
    inputs: z.union([z.string(), sequence, z.array(sequence).max(mostInputs)]).openapi({
      description: "a text, a pair of texts [first, second], or a list of [text] and [first, second]",
    }),
    truncate: z.boolean().nullish(),
    raw_scores: z.boolean().default(false),
  })
  .openapi("PredictRequest");

const prediction = z.object({ score: z.number(), label: z.string() });

export function teiPredictDoor(context: ServerContext) {
  const door = newDoor();
  door.openapi(
    createRoute({
      method: "post",
      path: "/predict",
      tags: ["text-embeddings-inference"],
      summary: "The classes of texts, or of pairs of texts, best first",
      request: jsonBody(predictRequest),
      responses: jsonAnswer(z.union([z.array(prediction), z.array(z.array(prediction))])),
    }),
    async (c) => {
      const started = performance.now();
      const { inputs, raw_scores: raw, truncate } = c.req.valid("json");
      if (context.models.rerankers.length === 0) {
        throw new Problem("failed", "no classifier is served: this server was started without a reranker");
      }
      // [] is an empty batch; one text or pair is answered without a list around it.
      const isBatch = Array.isArray(inputs) && (inputs.length === 0 || Array.isArray(inputs[0]));
      const sequences = isBatch
        ? (inputs as string[][])
        : [typeof inputs === "string" ? [inputs] : (inputs as string[])];
      if (sequences.length === 0) throw new Problem("empty", "inputs: must hold at least one text");
      const { model } = context.models.reranker(undefined);
      const signal = signalOf(c);
      const predicted = await context.admission.run(sequences.length, () =>
        model.use(async (classifier) => {
          const { labelNames, pairsOnly, id } = classifier.info();
          if (pairsOnly && sequences.some(({ length }) => length === 1)) {
            throw new Problem("invalid", `inputs: ${id} reads pairs of texts: [first, second]`);
          }
          const texts = sequences.map(([first, second]) =>
            second === undefined ? first! : ([first!, second] as const),
          );
          const classes = await classifier.classify(texts, {
            signal,
            onCost: (cost) => {
              tellCost(c, started, sequences.flat(), cost);
              context.metrics.predicted(sequences.length, cost);
            },
          });
          checkLengths(classes, truncate ?? !context.strictLength);
          tellTruncated(c, classes.filter(({ truncated }) => truncated).length);
          return classes.map(({ logits }) => rankedLabels(raw ? logits : probabilities(logits), labelNames));
        }, signal),
      );
      return c.json(isBatch ? predicted : predicted[0]!, 200);
    },
  );
  return door;
}

function checkLengths(classes: readonly Classification[], truncate: boolean): void {
  const index = classes.findIndex(({ truncated }) => truncated);
  if (truncate || index < 0) return;
  throw new Problem("invalid", `the input length exceeds the context length: input ${index}`, { param: "inputs" });
}

function rankedLabels(scores: ArrayLike<number>, names: readonly string[]): z.infer<typeof prediction>[] {
  return Array.from(scores, (score, i) => ({ score, label: names[i]! })).sort((a, b) => b.score - a.score);
}
