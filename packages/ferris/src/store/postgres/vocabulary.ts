/**
 * Words that a misspelt one is compared with, and identifiers and long words that pieces are looked for in. They stay when their last chunk goes.
 *
 * Most words of a chunk are known already; those that this writer has sent before are not sent again. They are written last, in one order,
 * so that writers that meet at a new word wait for one commit and never for each other.
 */
import { identifiersIn } from "../../words/identifiers.ts";
import type { LanguageCode } from "../../words/language.ts";
import type { Sql } from "./sessions.ts";
import { trigramsOf } from "./text-search.ts";
import { storable } from "./values.ts";

const mostRemembered = 300_000;
const misspellable = /^\p{L}{1,60}$/u;

/** What a writer has sent: transactions of one writer may run side by side, each with its own new words. */
export class Vocabulary {
  readonly #collectionId: number;
  #sent = new Set<string>();

  constructor(collectionId: number) {
    this.#collectionId = collectionId;
  }

  /** For one try of a transaction. */
  begin(): NewWords {
    return new NewWords(this.#collectionId, this.#sent);
  }

  /** The transaction is through: what it wrote is known. */
  commit(words: NewWords | null): void {
    if (this.#sent.size > mostRemembered) this.#sent = new Set();
    for (const key of words?.keys() ?? []) this.#sent.add(key);
  }
}

/** Words of one transaction that the writer has not sent yet. */
export class NewWords {
  readonly #collectionId: number;
  readonly #sent: ReadonlySet<string>;
  readonly #words = new Set<string>();
  readonly #identifiers = new Set<string>();
  readonly #languages = new Set<LanguageCode>();

  /** @param sent keys of what need not be sent */
  constructor(collectionId: number, sent: ReadonlySet<string>) {
    this.#collectionId = collectionId;
    this.#sent = sent;
  }

  add(lexemes: Iterable<string>, text: string, language: LanguageCode | null): void {
    for (const lexeme of lexemes) {
      if (!this.#sent.has(lexeme) && misspellable.test(lexeme)) this.#words.add(lexeme);
    }
    for (const word of identifiersIn(text)) {
      const stored = storable(word);
      if (!this.#sent.has(`_${stored}`)) this.#identifiers.add(stored);
    }
    if (language !== null && !this.#sent.has(`_${language}`)) this.#languages.add(language);
  }

  async write(sql: Sql): Promise<void> {
    const words = [...this.#words].toSorted();
    if (words.length > 0) {
      await sql.query(
        'INSERT INTO vocabulary (collection_id, word) SELECT $1, w FROM unnest($2::text[]) AS w ORDER BY w COLLATE "C" ON CONFLICT DO NOTHING',
        [this.#collectionId, words],
      );
    }
    if (this.#identifiers.size > 0) {
      const rows = Array.from(this.#identifiers, (word) => ({ word, trigrams: trigramsOf(word) }));
      await sql.query(
        `INSERT INTO identifiers (collection_id, word, trigrams)
         SELECT $1, r.word, array(SELECT json_array_elements_text(r.trigrams)) FROM json_to_recordset($2) AS r (word text, trigrams json)
         ORDER BY r.word COLLATE "C" ON CONFLICT DO NOTHING`,
        [this.#collectionId, JSON.stringify(rows)],
      );
    }
    if (this.#languages.size > 0) {
      await sql.query(
        "INSERT INTO collection_languages (collection_id, code) SELECT $1, c FROM unnest($2::text[]) AS c ORDER BY c ON CONFLICT DO NOTHING",
        [this.#collectionId, [...this.#languages]],
      );
    }
  }

  /** As the writer remembers them. */
  *keys(): Generator<string> {
    yield* this.#words;
    for (const word of this.#identifiers) yield `_${word}`;
    for (const language of this.#languages) yield `_${language}`;
  }
}
