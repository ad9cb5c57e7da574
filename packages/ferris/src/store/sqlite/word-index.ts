/**
 * The full-text tables as chunks come and go: their words, and the identifiers and long words that pieces are looked for in.
 *
 * The tables hold no text of their own. A chunk is taken out with the words that it was put in with, which follow from what is stored.
 */
import { mostIdentifiers, mostTrigrams } from "../agreed-limits.ts";
import { identifiersIn } from "../../words/identifiers.ts";
import { isLanguageCode, type LanguageCode } from "../../words/language.ts";
import type { Database } from "./database.ts";
import { type IndexedWords, indexedWords, type NamedChunk } from "../indexed-words.ts";
import { everyChunk } from "./full-text-query.ts";

/** What names all chunks of a document. */
export interface DocumentName {
  readonly path: string;
  readonly title: string | null;
}

/** The key in `meta` of the languages whose stems the index has. */
export const languagesKey = "languages";

export class WordIndex {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(id: number, chunk: NamedChunk): void {
    const { columns, language } = indexedWords(chunk);
    this.#database
      .prepare("INSERT INTO chunk_words (rowid, heading_path, text, name, parts, stems) VALUES (?, ?, ?, ?, ?, ?)")
      .run(id, ...marked(columns));
    if (language !== null) this.#noteLanguage(language);
    for (const word of identifiersIn(chunk.text)) this.#noteIdentifier(word);
  }

  /** Takes out a chunk that is still stored, and was put in when its document was called `name`. */
  remove(id: number, name: DocumentName): void {
    // Not FTS5's contentless_delete, which needs no text but goes on counting what went, so that BM25 drifts.
    const { columns } = indexedWords({ ...this.#stored(id), ...name });
    this.#database
      .prepare(
        "INSERT INTO chunk_words (chunk_words, rowid, heading_path, text, name, parts, stems) VALUES ('delete', ?, ?, ?, ?, ?, ?)",
      )
      .run(id, ...marked(columns));
  }

  /** A document got another name: its chunks are found by the new one. */
  rename(documentId: number, from: DocumentName, to: DocumentName): void {
    if (from.path === to.path && from.title === to.title) return;
    for (const { id } of this.#database.prepare("SELECT id FROM chunks WHERE document_id = ?").all(documentId)) {
      this.remove(id, from);
      this.add(id, { ...this.#stored(id), ...to });
    }
  }

  #stored(id: number): { headingPath: string; text: string } {
    return this.#database.prepare("SELECT heading_path AS headingPath, text FROM chunks WHERE id = ?").get(id) as {
      headingPath: string;
      text: string;
    };
  }

  #noteLanguage(language: LanguageCode): void {
    const known = languagesOf(this.#database);
    if (known.includes(language)) return;
    this.#database
      .prepare("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
      .run(languagesKey, JSON.stringify([...known, language].toSorted()));
  }

  #noteIdentifier(word: string): void {
    const inserted = this.#database
      .prepare("INSERT OR IGNORE INTO identifiers (word) VALUES (?) RETURNING id")
      .get(word) as { id: number } | undefined;
    if (inserted === undefined) return;
    this.#database.prepare("INSERT INTO identifier_trigrams (rowid, word) VALUES (?, ?)").run(inserted.id, word);
  }
}

/** Every chunk has one more word in its heading. */
function marked([heading, ...others]: IndexedWords["columns"]): string[] {
  return [`${heading} ${everyChunk}`, ...others];
}

/** The languages whose stems the index has. */
export function languagesOf(database: Database): LanguageCode[] {
  const row = database.prepare("SELECT value FROM meta WHERE key = ?").get(languagesKey) as
    | { value: string }
    | undefined;
  try {
    const found: unknown = JSON.parse(row?.value ?? "[]");
    return Array.isArray(found) ? found.filter(isLanguageCode) : [];
  } catch {
    return [];
  }
}

/** Identifiers that hold `piece`, the shortest first. */
export function identifiersWith(database: Database, piece: string): string[] {
  const characters = Array.from(piece);
  const trigrams = characters.slice(0, -2).map(
    (_, i) =>
      `"${characters
        .slice(i, i + 3)
        .join("")
        .replaceAll('"', " ")}"`,
  );
  if (trigrams.length === 0) return [];
  const rows = database
    .prepare(
      `SELECT word FROM identifiers WHERE id IN (SELECT rowid FROM identifier_trigrams WHERE identifier_trigrams MATCH ? LIMIT 2000)
       AND instr(word, ?) > 0 ORDER BY length(word), word LIMIT ?`,
    )
    .all([...new Set(trigrams)].slice(0, mostTrigrams).join(" AND "), piece, mostIdentifiers) as { word: string }[];
  return rows.map(({ word }) => word);
}
