/**
 * How far a model can be believed about a query, judged by how its tokenizer takes the query apart: a model that knows a language has tokens
 * for its words, and one that does not has one for every letter or two, or a single one for "unknown". Codes and unknown names come in pieces
 * as well.
 */
import { isUnspaced } from "../words/unspaced.ts";

/** Letters a token: at the first the model spells, at the second it reads. English words have four or five. */
const spelling = { spaced: 1.2, unspaced: 1.05 };
const reading = { spaced: 2.6, unspaced: 1.4 };

/** More letters of such a script in one token mean that it stands for what the tokenizer has no word for. */
const mostUnspaced = 3;

/** No token is as long, and no tokenizer gives up a word for its length there: BERT does beyond 100, and takes a Korean syllable for three. */
const repeatedLength = 30;
/** Words that are looked at: enough for a question, and no long text is gone through twice. */
const mostWords = 64;

/** From 0, it cannot read this, to 1. `tokens` are those of `text` alone. */
export function confidenceIn(text: string, tokens: number): number {
  const letters = lettersOf(text);
  const script = isUnspaced(text) ? "unspaced" : "spaced";
  const perToken = letters / Math.max(1, tokens);
  if (script === "unspaced" && perToken > mostUnspaced) return 0;
  return Math.max(0, Math.min(1, (perToken - spelling[script]) / (reading[script] - spelling[script])));
}

/** The same of a query, whose words without a token count as not read. */
export function queryConfidence(query: string, countTokens: (text: string) => number): number {
  const words = [...new Set(query.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])].slice(0, mostWords);
  const unknown = new Set(words.filter((word) => isUnknown(word, countTokens)));
  if (unknown.size === 0) return confidenceIn(query, countTokens(query));
  const rest = query.replace(/[\p{L}\p{M}\p{N}]+/gu, (word) => (unknown.has(word) ? " " : word));
  const share = lettersOf(rest) / Math.max(1, lettersOf(query));
  return share === 0 ? 0 : share * confidenceIn(rest, countTokens(rest));
}

/** A word that is known gives more tokens the more often it is repeated; of one that is not, the whole stays a single "unknown". */
function isUnknown(word: string, countTokens: (text: string) => number): boolean {
  const times = Math.floor(repeatedLength / word.length);
  return times > 1 && countTokens(word) === 1 && countTokens(word.repeat(times)) === 1;
}

function lettersOf(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}
