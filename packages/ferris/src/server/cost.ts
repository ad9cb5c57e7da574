/** What a request cost, as text-embeddings-inference tells its clients: in headers of the answer. */
import type { CallCost } from "../engine.ts";
import type { RequestContext } from "./routes.ts";

/** Milliseconds, rounded, as that server has them. */
const milliseconds = (value: number): string => String(Math.round(value));

/** @param started when the request came in, by performance.now() */
export function tellCost(c: RequestContext, started: number, texts: readonly string[], cost: CallCost): void {
  const total = milliseconds(performance.now() - started);
  c.header("x-compute-type", "metal-candle");
  c.header("x-compute-time", total);
  c.header("x-total-time", total);
  c.header("x-compute-characters", String(texts.reduce((sum, { length }) => sum + length, 0)));
  c.header("x-compute-tokens", String(cost.tokens));
  c.header("x-tokenization-time", milliseconds(cost.tokenization));
  c.header("x-queue-time", milliseconds(cost.queue));
  c.header("x-inference-time", milliseconds(cost.inference));
}
