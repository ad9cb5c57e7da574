/**
 * Which reranker a search uses by itself: one that is on this machine, reads the question's language, and by published figures is
 * clearly better than none. Old ones lower the results of a good embedder, so they serve only who names them.
 */
import { languageOf } from "../words/language.ts";
import { catalogue, type CatalogueModel } from "./catalogue.ts";
import { installedModel } from "./installed.ts";

/** Of `sources.reranking`, where no reranker has 49.3 and the old ones have 48.9 to 50.8. */
const leastQuality = 55;

/** Smallest first: a reranker reads fifty passages for every question. */
const candidates: readonly CatalogueModel[] = catalogue
  .filter(({ kind, quality, isOpen }) => kind === "reranker" && isOpen && (quality.english ?? 0) >= leastQuality)
  .toSorted((a, b) => (a.parameters ?? Infinity) - (b.parameters ?? Infinity));

/**
 * The id of the reranker, or null where there is none for this question.
 *
 * @param named the model that settings name for reranking: it is the one, if it is on this machine
 */
export async function automaticReranker(question: string, named: string | null): Promise<string | null> {
  if (named !== null) return (await installedModel(named)) === null ? null : named;
  for (const { id, languages } of candidates) {
    if (languages === "English" && !looksEnglish(question)) continue;
    if ((await installedModel(id)) !== null) return id;
  }
  return null;
}

/** Nothing in another script, and no common words of another language. */
function looksEnglish(text: string): boolean {
  return !/(?!\p{Script=Latin})\p{L}/u.test(text) && languageOf(text, 1) === null;
}
