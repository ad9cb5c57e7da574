/** Tensors of a file that the description does not read, and which of them may be left out: silently, aloud, or not at all. */
import type { WeightLookup } from "../weight-lookup.ts";
import type { Architecture } from "./architecture.ts";

/** Where to look: the file, the encoder's prefix in it, its family, and the layers that the config names. */
export interface EncoderPlace {
  readonly weights: WeightLookup;
  readonly prefix: string;
  readonly architecture: Architecture;
  readonly layers: number;
}

/** The number of the layer that a tensor belongs to, or −1. */
function layerOf(name: string, { prefix, architecture }: EncoderPlace): number {
  const start = prefix + architecture.layersAt;
  const match = name.startsWith(start) ? /^(\d{1,9})\./.exec(name.slice(start.length)) : null;
  return match === null ? -1 : Number(match[1]);
}

/** Layers of the file beyond those that the config names: transformers leaves them out, and so do we, aloud. */
export function layersLeftOut(place: EncoderPlace): string[] {
  const last = [...place.weights.names].reduce((most, name) => Math.max(most, layerOf(name, place)), -1);
  if (last < place.layers) return [];
  return [
    `${place.weights.path} has ${last + 1} layers; the model's config names ${place.layers}, and the others are left out.`,
  ];
}

/** Parts of the encoder itself that no embedding reads: poolers, buffers, and layers beyond the config's. */
export function isUnreadPart(name: string, place: EncoderPlace): boolean {
  if (layerOf(name, place) >= place.layers) return true;
  return name.startsWith(place.prefix) && place.architecture.unread.test(name.slice(place.prefix.length));
}

/**
 * Whether a tensor stands beside the encoder: the head of a task that the checkpoint was trained for (a classifier, a masked language
 * model), which no embedding reads. What lies within the encoder is not for us to leave out.
 */
export function isBesideEncoder(name: string, { prefix, architecture }: EncoderPlace): boolean {
  if (!name.startsWith(prefix)) return true;
  return prefix === "" && !architecture.parts.includes(name.split(".", 1)[0]);
}
