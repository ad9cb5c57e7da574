/** The table of the model families that there are, and which one a config belongs to. */
import { UnsupportedModelError } from "../../errors.ts";
import type { ConfigObject } from "../config-object.ts";
import type { Architecture } from "./architecture.ts";
import { bert } from "./bert.ts";
import { mpnet } from "./mpnet.ts";
import { roberta } from "./roberta.ts";
import { xlmRoberta } from "./xlm-roberta.ts";

const architectures: readonly Architecture[] = [bert, mpnet, roberta, xlmRoberta];

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
