/**
 * Paths that a person types, in the spelling that the index has: Überfahrt may be stored with a letter and a mark where it is typed as one
 * letter, and Notes as notes where case does not count.
 *
 * The spelling that is typed comes first: on Linux both forms may be there side by side, and are two files.
 */
import { sep } from "node:path";
import { asNamed, isAtOrBelow } from "./files/paths.ts";
import type { StoreReader } from "./store/store.ts";

/** `paths`, each as it is where documents are at or below it, else as what the index has by another spelling of it. */
export async function inStoredSpelling(reader: StoreReader, paths: readonly string[]): Promise<string[]> {
  const spelled: string[] = [];
  let known: readonly string[] | null = null;
  for (const path of paths) {
    if ((await reader.documents({ under: [path] })).length > 0) {
      spelled.push(path);
      continue;
    }
    const { roots } = await reader.statistics();
    known ??= [...(await reader.documents()).map((document) => document.path), ...roots];
    const named = asNamed(path);
    const found = known.find((each) => isAtOrBelow(asNamed(each), named));
    spelled.push(found === undefined ? path : found.split(sep).slice(0, path.split(sep).length).join(sep));
  }
  return spelled;
}
