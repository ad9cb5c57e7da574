/**
 * The word that was meant, where no chunk has the one that was typed: the nearest of the index's own words.
 *
 * The full-text index knows words by their stems alone, so a stem that is near leads to the chunks that have it, and these to the word as
 * it is written.
 */
import { editDistance } from "../../words/edit-distance.ts";
import { fold } from "../../words/fold.ts";
import { nameWords } from "../../words/names.ts";
import { stemOf } from "../../words/stems.ts";
import type { Database } from "./database.ts";

const shortest = 4;
const longest = 40;
/** Letters from which a word may have two mistakes. */
const twoMistakes = 8;
/** Endings that a stem has lost: `migratons` is near `migrations`, whose stem is `migrat`. */
const endings = [
  "",
  "s",
  "e",
  "es",
  "ed",
  "er",
  "ing",
  "ion",
  "ions",
  "ation",
  "ations",
  "ment",
  "ly",
  "y",
  "ies",
] as const;
const lettersOnly = /^\p{L}+$/u;
/** Words with one beginning that are compared, and chunks that are read for the word itself. */
const mostCompared = 100_000;
const mostRead = 5;
const mostStems = 8;

interface WrittenWord {
  readonly text: string;
  /** From what was typed. */
  readonly distance: number;
}

/** Null where nothing is near, or `typed` is not a word that could be misspelt. */
export function nearestWord(database: Database, typed: string): string | null {
  const word = fold(typed).toLowerCase();
  if (word.length < shortest || word.length > longest || !lettersOnly.test(word)) return null;
  const most = word.length >= twoMistakes ? 2 : 1;
  let best: WrittenWord | null = null;
  for (const stem of nearestStems(database, word, most)) {
    const written = writtenWord(database, stem, word, most);
    if (written !== null && (best === null || written.distance < best.distance)) best = written;
  }
  return best?.text ?? null;
}

/** Mistakes are seldom in the first letter, and words with one beginning stand together in the index. */
function nearestStems(database: Database, word: string, most: number): string[] {
  openVocabulary(database);
  const first = Array.from(word)[0]!;
  const rows = database
    .prepare("SELECT term, doc FROM temp.known_words WHERE term >= ? AND term < ? LIMIT ?")
    .iterate(first, `${first}\u{10FFFF}`, mostCompared) as Iterable<{ term: string; doc: number }>;
  const near: { readonly term: string; readonly distance: number; readonly doc: number }[] = [];
  for (const { term, doc } of rows) {
    const { length } = term;
    if (length > word.length + most || length < word.length - most - longestEnding || !lettersOnly.test(term)) continue;
    const distance = distanceTo(word, term, most);
    if (distance <= most) near.push({ term, distance, doc });
  }
  // What an ending makes of a stem need not be a word: several are looked up, the likelier first.
  return near
    .toSorted((one, other) => one.distance - other.distance || other.doc - one.doc)
    .slice(0, mostStems)
    .map(({ term }) => term);
}

/** The words of the full-text index as a table of this connection alone: the index itself is not written. */
function openVocabulary(database: Database): void {
  if (database.prepare("SELECT 1 FROM sqlite_temp_schema WHERE name = 'known_words'").get() !== undefined) return;
  const { query_only: isReadOnly } = database.prepare("PRAGMA query_only").get() as { query_only: number };
  if (isReadOnly) database.exec("PRAGMA query_only = OFF");
  try {
    database.exec("CREATE VIRTUAL TABLE temp.known_words USING fts5vocab('main', 'chunk_words', 'row')");
  } finally {
    if (isReadOnly) database.exec("PRAGMA query_only = ON");
  }
}

const longestEnding = Math.max(...endings.map(({ length }) => length));

function distanceTo(word: string, stem: string, most: number): number {
  // Porter writes the last letter of `pathway` as an i.
  const spelled = stem.endsWith("i") ? `${stem.slice(0, -1)}y` : stem;
  let least = Math.min(editDistance(stemOf(word), stem, most), editDistance(word, spelled, most));
  for (const ending of endings) {
    if (least === 0) break;
    least = Math.min(least, editDistance(word, stem + ending, most));
  }
  return least;
}

/** The word of the first chunks with this stem that is nearest to what was typed. */
function writtenWord(database: Database, stem: string, word: string, most: number): WrittenWord | null {
  const rows = database
    .prepare(
      `SELECT c.heading_path AS heading, c.text, d.path, d.title FROM chunks AS c JOIN documents AS d ON d.id = c.document_id
       WHERE c.id IN (SELECT rowid FROM chunk_words WHERE chunk_words MATCH ? LIMIT ${mostRead})`,
    )
    .all(`"${stem}"`) as { heading: string; text: string; path: string; title: string | null }[];
  const written = rows.flatMap(
    ({ heading, text, path, title }) =>
      fold(`${nameWords(path, title)} ${heading} ${text}`)
        .toLowerCase()
        .match(/\p{L}+/gu) ?? [],
  );
  let best: WrittenWord | null = null;
  for (const text of new Set(written)) {
    if (stemOf(text) !== stem) continue;
    const distance = editDistance(word, text, most);
    if (distance <= most && (best === null || distance < best.distance)) best = { text, distance };
  }
  return best;
}
