/** The table of the model families that there are, and which one a config belongs to. */
import { UnsupportedModelError } from "../../errors.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Architecture } from "./architecture.ts";
import { bert } from "./bert.ts";
import { camembert } from "./camembert.ts";
import { distilBert } from "./distilbert.ts";
import { electra } from "./electra.ts";
import { eurobert } from "./eurobert.ts";
import { gemma3Text } from "./gemma3-text.ts";
import { gte, newGte } from "./gte.ts";
import { modernBert } from "./modernbert.ts";
import { mpnet } from "./mpnet.ts";
import { nomicBert } from "./nomic-bert.ts";
import { qwen3 } from "./qwen3.ts";
import { roberta } from "./roberta.ts";
import { xlmRoberta } from "./xlm-roberta.ts";

const architectures: readonly Architecture[] = [
  bert,
  mpnet,
  roberta,
  xlmRoberta,
  camembert,
  distilBert,
  electra,
  modernBert,
  qwen3,
  gemma3Text,
  nomicBert,
  newGte,
  gte,
  eurobert,
];

/**
 * The family of a config.
 * @throws UnsupportedModelError that lists the families there are
 */
export function architectureOf(config: ConfigObject): Architecture {
  const modelType = config.string("model_type");
  const found = architectures.find((architecture) => architecture.modelType === modelType);
  if (found !== undefined) return found;
  throw new UnsupportedModelError(
    `${config.path}: the model type "${modelType}" is not supported; supported are ` +
      `${architectures.map((architecture) => architecture.modelType).join(", ")}.`,
  );
}
