/**
 * The merges of a BPE model: pairs of ids that become one id, by rank. The form in which fast paths and our cache keep them.
 */
import { describe } from "../../describe.ts";
import { notATokenizer } from "../tokenizer-json.ts";

/** left, right and merged id of each merge, by rank, the lowest goes first: [3 × merges]. */
export type Merges = Int32Array<ArrayBuffer>;

/**
 * Merges of tokenizer.json: "left right", or ["left", "right"] in newer files. `prefix`: units of the continuing prefix, which the
 * second part loses.
 * @throws NotATokenizer for one that is not of two tokens into a third
 */
export function readMerges(merges: unknown, idOf: (token: string) => number | undefined, prefix = 0): Merges {
  if (!Array.isArray(merges)) throw notATokenizer(`has merges that are not a list (they are ${describe(merges)})`);
  const list = merges.filter((merge) => typeof merge !== "string" || !merge.startsWith("#version"));
  const ids = new Int32Array(3 * list.length);
  for (const [rank, merge] of list.entries()) {
    const pair: unknown[] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
    const [left, right] = pair;
    const both = pair.length === 2 && typeof left === "string" && typeof right === "string";
    const found = both ? [idOf(left), idOf(right), idOf(left + right.slice(prefix))] : [undefined];
    if (found.includes(undefined)) {
      throw notATokenizer(
        `has a merge, number ${rank}, that is not of two tokens into a third: ${JSON.stringify(merge)}`,
      );
    }
    ids.set(found as number[], 3 * rank);
  }
  return ids;
}
