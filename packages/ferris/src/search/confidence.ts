/**
 * How far a model can be believed about a query, judged by how its tokenizer takes the query apart: a model that knows a language has tokens
 * for its words, and one that does not has one for every letter or two. Codes and unknown names come in pieces as well.
 */
import { isUnspaced } from "../words/unspaced.ts";

/** Letters a token: at the first the model spells, at the second it reads. English words have four or five. */
const spelling = { spaced: 1.2, unspaced: 1.05 };
const reading = { spaced: 2.6, unspaced: 1.4 };

/** More letters of such a script in one token mean that it stands for what the tokenizer has no word for. */
const mostUnspaced = 3;

/** From 0, it cannot read this, to 1. `tokens` are those of `text` alone. */
export function confidenceIn(text: string, tokens: number): number {
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const script = isUnspaced(text) ? "unspaced" : "spaced";
  const perToken = letters / Math.max(1, tokens);
  if (script === "unspaced" && perToken > mostUnspaced) return 0;
  return Math.max(0, Math.min(1, (perToken - spelling[script]) / (reading[script] - spelling[script])));
}
