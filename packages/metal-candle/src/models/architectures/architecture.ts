/**
 * What a model family has to say for itself: how its config and its tensors give an EncoderDescription.
 *
 * Types only. Everything else about a model is the same for all families; a new one is a new file beside this and a line in
 * architecture-of.ts.
 */
import type { ConfigObject } from "../config-object.ts";
import type { ClassifierLayers } from "../heads/classifier-layers.ts";
import type { EncoderDescription } from "../encoder-description.ts";
import type { EncoderNaming, EncoderTensors } from "./encoder-tensors.ts";

export interface Architecture extends EncoderNaming {
  /** First words of the names of the encoder's tensors behind the prefix; all others belong to heads. */
  readonly parts: readonly string[];
  /** What stands before a layer's number, behind the prefix. */
  readonly layersAt: string;
  /** Tensors behind the prefix that no embedding reads. */
  readonly unread: RegExp;
  /** The family's sequence classifiers that we run, by their class in `architectures`. */
  readonly classifiers: Readonly<Record<string, ClassifierLayers>>;
  /**
   * Checks the config; what comes back reads the tensors that it calls for.
   * @throws ModelFileError, UnsupportedModelError, both of them
   */
  encoder(config: ConfigObject): EncoderReader;
}

export type EncoderReader = (tensors: EncoderTensors) => EncoderDescription;
