/**
 * The word that was meant, where no chunk has the one that was typed: the nearest of the index's own words.
 *
 * The full-text index knows words by their stems alone, so a stem that is near leads to the chunks that have it, and these to the word as
 * it is written.
 */
import { editDistance } from "../../words/edit-distance.ts";
import { fold } from "../../words/fold.ts";
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

/** Null where nothing is near, or `typed` is no word that could be misspelt. */
export function nearestWord(database: Database, typed: string): string | null {
  const word = fold(typed).toLowerCase();
  if (word.length < shortest || word.length > longest || !lettersOnly.test(word)) return null;
  const most = word.length >= twoMistakes ? 2 : 1;
  const stem = nearestStem(database, word, most);
  return stem === null ? null : writtenWord(database, stem, word, most);
}

/** Mistakes are seldom in the first letter, and words with one beginning stand together in the index. */
function nearestStem(database: Database, word: string, most: number): string | null {
  openVocabulary(database);
  const first = Array.from(word)[0]!;
  const rows = database
    .prepare("SELECT term, doc FROM temp.known_words WHERE term >= ? AND term < ? LIMIT ?")
    .iterate(first, `${first}\u{10FFFF}`, mostCompared) as Iterable<{ term: string; doc: number }>;
  let best: { term: string; distance: number; doc: number } | null = null;
  for (const { term, doc } of rows) {
    if (term.length > word.length + most || term.length < word.length - most - longestEnding || !lettersOnly.test(term))
      continue;
    const distance = distanceTo(word, term, best === null ? most : Math.min(most, best.distance));
    if (distance > most) continue;
    if (best === null || distance < best.distance || (distance === best.distance && doc > best.doc))
      best = { term, distance, doc };
  }
  return best?.term ?? null;
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
  let least = editDistance(stemOf(word), stem, most);
  for (const ending of endings) {
    if (least === 0) break;
    least = Math.min(least, editDistance(word, stem + ending, most));
  }
  return least;
}

/** The word of the first chunks with this stem that is nearest to what was typed. */
function writtenWord(database: Database, stem: string, word: string, most: number): string | null {
  const rows = database
    .prepare(
      `SELECT heading_path AS heading, text FROM chunks WHERE id IN (SELECT rowid FROM chunk_words WHERE chunk_words MATCH ? LIMIT ${mostRead})`,
    )
    .all(`"${stem}"`) as { heading: string; text: string }[];
  const written = rows.flatMap(
    ({ heading, text }) =>
      fold(`${heading} ${text}`)
        .toLowerCase()
        .match(/\p{L}+/gu) ?? [],
  );
  let best: { readonly text: string; readonly distance: number } | null = null;
  for (const text of new Set(written)) {
    if (stemOf(text) !== stem) continue;
    const distance = editDistance(word, text, most);
    if (distance <= most && (best === null || distance < best.distance)) best = { text, distance };
  }
  return best?.text ?? null;
}
