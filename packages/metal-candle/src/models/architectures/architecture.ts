/**
 * What a model family has to say for itself: how its config gives an EncoderShape, and how it names its tensors.
 *
 * Types only. Everything else about a model is the same for all families; a new one is a new file beside this and a line in
 * architecture-of.ts.
 */
import type { ConfigObject } from "../config-object.ts";
import type { EncoderShape } from "../description.ts";
import type { TensorNames } from "./tensor-names.ts";

export interface Architecture {
  /** `model_type` of config.json. */
  readonly modelType: string;
  /** What the family's own classes put before the encoder's tensors, e.g. `bert.`. */
  readonly basePrefix: string;
  /** Where the tensors of one layer and of the embeddings are. */
  readonly names: TensorNames;
  /** How the family's sequence classifier is built, or null where we do not run it. */
  readonly classifier: "pooler" | "dense" | null;
  /** Class of `architectures` that is that classifier. */
  readonly classifierClass: string | null;
  /** Sizes and constants from config.json. */
  shape(config: ConfigObject): EncoderShape;
}
