/**
 * Which model an index was made with, as it says itself, and what tells two models apart.
 */
import { IndexMismatchError, IndexUnusableError } from "../errors.ts";
import type { ModelIdentity } from "./store.ts";

/**
 * The identity that an index keeps as JSON, checked: an index may be a stranger's.
 *
 * @throws IndexUnusableError for one that is missing, or is none
 */
export function parseIdentity(json: string | undefined, path: string): ModelIdentity {
  try {
    const identity = JSON.parse(json ?? "") as ModelIdentity;
    const prompts = typeof identity.prompts === "object" ? Object.values(identity.prompts) : [null];
    const texts = [identity.model, identity.revision, identity.pooling, ...prompts];
    if (
      texts.some((text) => typeof text !== "string") ||
      !(Number.isInteger(identity.dimensions) && identity.dimensions > 0 && identity.dimensions <= 65_536)
    ) {
      throw new TypeError("a field is missing or of the wrong kind");
    }
    return identity;
  } catch (cause) {
    throw new IndexUnusableError(`${path} does not say which model it was made with. Delete it and index again.`, {
      cause,
    });
  }
}

function describe({ model, revision, dimensions }: ModelIdentity): string {
  return `${model} (revision ${revision.slice(0, 12)}, ${dimensions} dimensions)`;
}

interface Identified {
  /** For messages. */
  readonly path: string;
  readonly identity: ModelIdentity;
}

/** @throws IndexMismatchError, naming both, unless `given` equals the index's own */
export function requireIdentity({ path, identity }: Identified, given: ModelIdentity): void {
  const differences = identityDifferences(identity, given);
  if (differences.length === 0) return;
  throw new IndexMismatchError(
    `The index ${path} was made with ${describe(identity)}, not with ${describe(given)}: ${differences.join(", ")}. ` +
      `Open it with ${identity.model}, or make another index for this model.`,
    { option: "model" },
  );
}

/** @throws IndexMismatchError for a query of another width than the index's vectors */
export function requireDimensions(query: Float32Array, { path, identity }: Identified): void {
  if (query.length === identity.dimensions) return;
  throw new IndexMismatchError(
    `the query has ${query.length} dimensions, and the index ${path} has ${identity.dimensions} (${describe(identity)})`,
  );
}

/** What differs between two models, in words; empty when their vectors may meet. */
function identityDifferences(index: ModelIdentity, given: ModelIdentity): string[] {
  const differences: string[] = [];
  for (const key of ["model", "revision", "pooling", "dimensions"] as const) {
    if (index[key] !== given[key]) differences.push(`${key} ${index[key]} against ${given[key]}`);
  }
  for (const name of new Set([...Object.keys(index.prompts), ...Object.keys(given.prompts)])) {
    const [ours, theirs] = [promptOf(index, name), promptOf(given, name)];
    if (ours !== theirs) differences.push(`prompt ${name} ${JSON.stringify(ours)} against ${JSON.stringify(theirs)}`);
  }
  return differences;
}

/** A model's `document` prompt is its `passage` prompt, where an index of old has no other word for it. */
function promptOf({ prompts }: ModelIdentity, name: string): string {
  return prompts[name] ?? (name === "document" ? prompts["passage"] : undefined) ?? "";
}
