/**
 * How much arithmetic a token costs, from a model's config.json: the matrix products of its layers, without attention's own.
 *
 * Attention adds 5 % at 128 tokens and 18 % at 512 for MiniLM; left out, a share of the limit errs on the low side.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** FLOP of one token through the encoder; null where the folder has no config.json that says. */
export function flopsPerToken(folder: string): number | null {
  let config: Record<string, unknown>;
  try {
    config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { hidden_size: hidden, num_hidden_layers: layers, intermediate_size: intermediate } = config;
  if (typeof hidden !== "number" || typeof layers !== "number" || typeof intermediate !== "number") return null;
  return 2 * layers * (4 * hidden * hidden + 2 * hidden * intermediate);
}
