/** Where a head's weights are, for whoever reads one. Types only. */
import type { WeightFiles } from "../../weights/weight-files.ts";
import type { Architecture } from "../architectures/architecture.ts";
import type { WeightLookup } from "../weight-lookup.ts";

export interface HeadWeights {
  readonly lookup: WeightLookup;
  /** What stands before the encoder's tensors. */
  readonly prefix: string;
  readonly architecture: Architecture;
  readonly hiddenSize: number;
  /** Receives every weight file that stays open for the head's tensors. */
  readonly opened: WeightFiles[];
}
