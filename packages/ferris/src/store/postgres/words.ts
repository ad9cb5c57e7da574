/**
 * Texts as PostgreSQL's full text keeps them: our own words, folded and stemmed as on the embedded store, in a tsvector that no configuration of the
 * server has touched.
 *
 * Labels say where a word stands: A the heading, B the text, C the names of file, folders and title, D parts of words and foreign stems. Between
 * two of these places a position is left out, so that no phrase reaches from one into the next.
 */
import { stemOf } from "../../words/stems.ts";
import type { IndexedWords } from "../indexed-words.ts";
import type { Phrase, TermForms } from "../term-forms.ts";
import { wordWeights } from "../word-weights.ts";

/** What FTS5's tokenizer takes for words. */
const word = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** Of a foreign stem (words/stems.ts): it has its language in front, and is stemmed already. */
const foreignStem = "\u{E000}";

/** Longer runs of letters are data; a lexeme has at most 2,046 bytes. */
const longestWord = 200;
/** PostgreSQL's own limit: what stands later in a text stands here. */
const lastPosition = 16_383;
/** A tsvector has at most 1 MiB: of a passage of data that is longer, the first words are found. A letter has up to 3 bytes, a word 8 besides. */
const mostBytes = 2 ** 20 - 2 ** 12;

const labels = ["A", "B", "C", "", ""] as const;

export type Place = "A" | "B" | "C" | "D";

const weights = { A: wordWeights.heading, B: wordWeights.text, C: wordWeights.name };

/** How much a word weighs where it stands; D has two meanings. */
export function weightOf(lexeme: string, place: Place): number {
  if (place === "D") return lexeme.startsWith(foreignStem) ? wordWeights.stem : wordWeights.part;
  return weights[place];
}

/** The words of a text in order. */
export function lexemesOf(text: string): string[] {
  return Array.from(text.matchAll(word), ([found]) => {
    const short = found.length > longestWord ? found.slice(0, longestWord).replace(/\p{Surrogate}$/u, "") : found;
    return short.startsWith(foreignStem) ? short : stemOf(short.toLowerCase());
  });
}

export interface ChunkWords {
  /** As PostgreSQL reads a tsvector. */
  readonly vector: string;
  /** How many words; one more than there are, as every chunk has one on the embedded store. */
  readonly size: number;
  readonly lexemes: Iterable<string>;
}

export function chunkWords({ columns }: IndexedWords): ChunkWords {
  const places = new Map<string, string[]>();
  let position = 0;
  let size = 1;
  let bytes = 0;
  columns.forEach((column, i) => {
    for (const lexeme of lexemesOf(column)) {
      position++;
      size++;
      const place = `${Math.min(position, lastPosition)}${labels[i]}`;
      const known = places.get(lexeme);
      bytes += known ? 2 : 3 * lexeme.length + 8;
      if (bytes > mostBytes) continue;
      if (known) known.push(place);
      else places.set(lexeme, [place]);
    }
    position++;
  });
  const vector = Array.from(places, ([lexeme, at]) => `${quoted(lexeme)}:${at.join(",")}`).join(" ");
  return { vector, size, lexemes: places.keys() };
}

/** A phrase as a tsquery; null where there is no word in it. */
export function phraseQuery({ text, isPrefix }: Phrase, places = ""): string | null {
  const lexemes = lexemesOf(text);
  return lexemes.length === 0 ? null : lexemesQuery({ lexemes, isPrefix }, places);
}

/** Words side by side, the last of which may go on. @param places labels of where they must stand; anywhere without */
export function lexemesQuery(
  { lexemes, isPrefix }: { readonly lexemes: readonly string[]; readonly isPrefix: boolean },
  places = "",
): string {
  const last = lexemes.length - 1;
  return `(${lexemes.map((lexeme, i) => suffixed(lexeme, (isPrefix && i === last ? "*" : "") + places)).join(" <-> ")})`;
}

function suffixed(lexeme: string, marks: string): string {
  return marks === "" ? quoted(lexeme) : `${quoted(lexeme)}:${marks}`;
}

/** Any of the forms; a query that nothing matches where none has a word. */
export function formsQuery(forms: TermForms): string {
  return anyOf(forms.flatMap((form) => phraseQuery(form) ?? []));
}

export function anyOf(queries: readonly string[]): string {
  return queries.length === 0 ? nothing : `(${queries.join(" | ")})`;
}

export function allOf(queries: readonly string[]): string {
  return `(${queries.join(" & ")})`;
}

/** No text has it. */
const nothing = "'\u{FFFFD}none'";

/** A word of the index itself. */
export function lexemeQuery(lexeme: string): string {
  return quoted(lexeme);
}

function quoted(lexeme: string): string {
  return `'${lexeme.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
