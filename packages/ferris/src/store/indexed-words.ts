/**
 * What a full-text index is given for a chunk, whatever index it is. A chunk that goes must be taken out with the same words, so all of this
 * follows from what is stored.
 */
import { fold } from "../words/fold.ts";
import { partsIn } from "../words/identifiers.ts";
import { type LanguageCode, languageOf } from "../words/language.ts";
import { nameWords } from "../words/names.ts";
import { stemWord } from "../words/stems.ts";
import { spacedOut } from "../words/unspaced.ts";

export interface IndexedWords {
  /** Heading path, text, name, parts, stems. */
  readonly columns: readonly [string, string, string, string, string];
  /** Whose stems they are. */
  readonly language: LanguageCode | null;
}

export interface NamedChunk {
  readonly headingPath: string;
  readonly text: string;
  readonly path: string;
  readonly title: string | null;
}

export function indexedWords({ headingPath, text, path, title }: NamedChunk): IndexedWords {
  const language = languageOf(text);
  const [heading, body] = [fold(headingPath), fold(text)];
  const stems = language === null ? [] : (`${heading} ${body}`.match(/\p{L}[\p{L}\p{M}]*/gu) ?? []);
  const parts = [...partsIn(heading), ...partsIn(body)].join(" ");
  return {
    columns: [
      spacedOut(heading),
      spacedOut(body),
      spacedOut(nameWords(path, title)),
      spacedOut(parts),
      stems.map((word) => stemWord(word, language!)).join(" "),
    ],
    language,
  };
}
