/**
 * Whether a model can read what is indexed with it, judged by a sample of the chunks: how its tokenizer took them apart when they were indexed, and
 * what language they are in.
 *
 * A model that knows a script has tokens for its words; one that does not has a token for every letter or two, or a single one for "unknown".
 * Languages in Latin letters come apart less, so for models of which it is known that they are for English, common words tell.
 */
import { confidenceIn } from "../search/confidence.ts";
import type { StoreReader } from "../store/store.ts";
import { type LanguageCode, languageOf } from "../words/language.ts";
import { isForEnglish } from "./catalogue.ts";

export interface Reading {
  /** Chunks that were looked at: those of some length, spread over the index. */
  readonly sampled: number;
  /** Of these, those that the model's tokenizer can only spell. */
  readonly spelled: number;
  /** Of these, those in another language than English, by language; in Latin, Cyrillic, Greek or Arabic letters. */
  readonly languages: Readonly<Partial<Record<LanguageCode, number>>>;
  /** What is wrong with most of it: the model cannot read its script, or is for English alone; null: nothing. */
  readonly problem: "script" | "language" | null;
  /** The id of a model that reads many languages, where there is a problem. */
  readonly better: string | null;
}

/** What is named to people whose index has a problem: small, and of the languages that most texts are in. */
export const manyLanguages = "intfloat/multilingual-e5-small";

const sampleSize = 300;
/** Shorter chunks say nothing. In letters: of a text that it does not know a tokenizer may make a single token. */
const fewestLetters = 24;
/** Tokens that are in every chunk: its beginning and end. */
const ownTokens = 2;
/** Below this confidence (search/confidence.ts) a text is spelled. */
const leastConfidence = 0.3;
/** No tokenizer has so many letters per token: these are tokens for "unknown". */
const mostLettersPerToken = 8;
/** Text with more signs than this is code or figures, which come apart in any model. */
const leastLetters = 0.7;

export async function readingOf(store: StoreReader): Promise<Reading> {
  let sampled = 0;
  let spelled = 0;
  const languages: Partial<Record<LanguageCode, number>> = {};
  let foreign = 0;
  for (const { documentId, ordinal } of await places(store)) {
    const [chunk] = await store.chunksOf(documentId, ordinal, ordinal + 1);
    if (!chunk) continue;
    const text = [...chunk.headingPath, chunk.text].join("\n");
    if (lettersOf(text) < fewestLetters) continue;
    sampled++;
    if (isSpelled(text, chunk.tokens - ownTokens)) spelled++;
    const language = languageOf(text);
    if (language === null) continue;
    languages[language] = (languages[language] ?? 0) + 1;
    foreign++;
  }
  const forEnglish = isForEnglish(store.identity.model);
  const problem = spelled * 2 > sampled ? "script" : forEnglish && foreign * 2 > sampled ? "language" : null;
  return { sampled, spelled, languages, problem, better: problem === null ? null : manyLanguages };
}

/** Where chunks are that lie evenly spread over the index. */
async function places(store: StoreReader): Promise<{ documentId: number; ordinal: number }[]> {
  const documents = await store.documents();
  const total = documents.reduce((sum, { chunks }) => sum + chunks, 0);
  const step = Math.max(1, total / sampleSize);
  const found: { documentId: number; ordinal: number }[] = [];
  let before = 0;
  let next = 0;
  for (const { id, chunks } of documents) {
    for (; next < before + chunks; next += step) found.push({ documentId: id, ordinal: Math.floor(next - before) });
    before += chunks;
  }
  return found;
}

function isSpelled(text: string, tokens: number): boolean {
  const letters = lettersOf(text);
  const signs = text.match(/\S/gu)?.length ?? 0;
  if (letters < signs * leastLetters) return false;
  return letters > tokens * mostLettersPerToken || confidenceIn(text, tokens) < leastConfidence;
}

function lettersOf(text: string): number {
  return text.match(/[\p{L}\p{M}]/gu)?.length ?? 0;
}
