/** What every door of a server works with. */
import type { EndpointSettings } from "../answer/endpoint.ts";
import type { NamedFerris } from "../several-indexes.ts";
import type { Admission, AdmissionLimits } from "./admission.ts";
import type { IndexJobs } from "./index-jobs.ts";
import type { MapDrawings } from "./map-drawings.ts";
import type { Metrics } from "./metrics.ts";
import type { ServedModels } from "./models.ts";
import type { MachineSettings } from "./machine.ts";
import { Problem } from "./problems.ts";

/** Opens the file at a path, at a line where its format has lines. @throws an error that says why it cannot */
export type OpenFile = (file: { readonly path: string; readonly line: number | null }) => Promise<void>;

export interface ServerContext {
  readonly models: ServedModels;
  readonly admission: Admission;
  readonly limits: AdmissionLimits;
  readonly metrics: Metrics;
  /** The indexes that /search and its like answer from. */
  readonly indexes: readonly NamedFerris[];
  readonly jobs: IndexJobs;
  readonly drawings: MapDrawings;
  /** What this machine has and what is in force, for people. */
  readonly machine: MachineSettings;
  /** Folders that may be indexed on a client's word, beside those that an index has already. */
  readonly indexable: readonly string[];
  /** The language model of /ask. */
  readonly endpoint: EndpointSettings;
  /** Opens a document in the user's editor; null where nobody who asks sits at this machine. */
  readonly openFile: OpenFile | null;
  /** A text that is too long is an error, not cut. */
  readonly strictLength: boolean;
  readonly version: string;
  /** For /v1/models and /api/tags, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Aborted when the server is to end: nothing new is taken on. */
  readonly closing: AbortController;
}

/** The index called `name`, or all of them. @throws Problem where there is none */
export function chosenIndexes({ indexes }: ServerContext, name: string | undefined): readonly NamedFerris[] {
  if (indexes.length === 0) throw new Problem("not-found", "this server has no index: start it with one");
  if (name === undefined) return indexes;
  const found = indexes.find((index) => index.name === name);
  if (found) return [found];
  const names = indexes.map((index) => index.name).join(", ");
  throw new Problem("not-found", `there is no index ${JSON.stringify(name.slice(0, 100))}; this server has: ${names}`, {
    param: "index",
  });
}

/** The index called `name`, or the only one. @throws Problem where there is none, or several and none is named */
export function chosenIndex(context: ServerContext, name: string | undefined): NamedFerris {
  const [first, second] = chosenIndexes(context, name);
  if (!second) return first!;
  const names = context.indexes.map((index) => index.name).join(", ");
  throw new Problem("invalid", `index: say which: ${names}`, { param: "index" });
}
