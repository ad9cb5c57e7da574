/** What every door of a server works with. */
import type { Ferris } from "../ferris.ts";
import type { Admission, AdmissionLimits } from "./admission.ts";
import type { Metrics } from "./metrics.ts";
import type { ServedModels } from "./models.ts";

export interface ServerContext {
  readonly models: ServedModels;
  readonly admission: Admission;
  readonly limits: AdmissionLimits;
  readonly metrics: Metrics;
  /** The index that /search and its like answer from; null: none is served. */
  readonly ferris: Ferris | null;
  /** A text that is too long is an error, not cut. */
  readonly strictLength: boolean;
  readonly version: string;
  /** For /v1/models and /api/tags, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Aborted when the server is to end: nothing new is taken on. */
  readonly closing: AbortController;
}
