/** What every door of a server works with. */
import type { Ferris } from "../ferris.ts";
import type { Admission } from "./admission.ts";
import type { Metrics } from "./metrics.ts";
import type { ServedModels } from "./models.ts";

export interface ServerContext {
  readonly models: ServedModels;
  readonly admission: Admission;
  readonly metrics: Metrics;
  /** The index that /search and its like answer from; null: none is served. */
  readonly ferris: Ferris | null;
  /** A text that is too long is an error, not cut. */
  readonly strictLength: boolean;
  readonly version: string;
  /** The address in use, for /info. */
  readonly startedAt: number;
}
