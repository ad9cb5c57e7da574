/** What to say of an index, or a query, that the index's model cannot read, and what to do. */
import { catalogued } from "../../choosing/catalogue.ts";
import { manyLanguages, type Reading } from "../../choosing/reading.ts";
import { type Unread, unreadText } from "../../search/unread.ts";

/** A sentence or two; null where there is nothing to say. */
export function readingText({ sampled, spelled, languages, problem, better }: Reading, model: string): string | null {
  if (problem === null || better === null) return null;
  const share = (count: number): string => `${Math.round((count / sampled) * 100)} % of a sample`;
  const foreign = Object.values(languages).reduce((sum, count) => sum + count, 0);
  const what =
    problem === "script"
      ? `most of what is indexed (${share(spelled)}) is in a script that ${model} cannot read: it knows its letters but no words`
      : `most of what is indexed (${share(foreign)}) is not in English (${namesOf(languages)}), and ${model} is a model for English`;
  return `${what}. Search by words works; ${remedy(better)}`;
}

/** What to say of a query. */
export function unreadHint(unread: Unread): string {
  return `${unreadText(unread)}; ${remedy(manyLanguages)}`;
}

function remedy(model: string): string {
  return `to search by meaning, index with a multilingual model: --index many --model ${catalogued(model)?.name ?? model}`;
}

const mostNamed = 3;

function namesOf(languages: Reading["languages"]): string {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  const codes = Object.entries(languages).toSorted(([, a], [, b]) => b - a);
  return codes
    .slice(0, mostNamed)
    .map(([code]) => names.of(code) ?? code)
    .join(", ");
}
