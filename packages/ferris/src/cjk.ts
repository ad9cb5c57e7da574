/**
 * Chinese, Japanese and Korean for full-text search, whose words do not stand apart.
 *
 * FTS5's tokenizer takes a run of letters for a word. In Chinese and Japanese that is a whole clause, and Korean glues particles
 * to its nouns. So the index holds each such character as a word of its own, and a query asks for characters side by side:
 * the words that Intl.Segmenter sees in it, in pairs where they are longer, so that 東京都 finds 東京 as well. The index does not
 * depend on the segmenter, which may cut differently in another Node; the query alone does. Nothing here ranks or matches.
 */

// Letters and digits alone: punctuation parts these scripts as it parts others. Extensions, for ー and 々.
const character = /(?=[\p{L}\p{N}])[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Hangul}]/u;
const everyCharacter = new RegExp(character, "gu");
const runs = new RegExp(`(?:${character.source})+|(?:(?!${character.source})[^])+`, "gu");

const hiragana = /^\p{Script=Hiragana}$/u;

/** A clause is far shorter. Intl.Segmenter takes quadratic time where nothing tells it to stop. */
const segmentedAtOnce = 200;
let segmenter: Intl.Segmenter | undefined;

/** Whether `text` has a character of these scripts. */
export function hasCjk(text: string): boolean {
  return character.test(text);
}

/** `text` with spaces around each of these characters: what is given to FTS5, of documents and of queries. */
export function spacedOut(text: string): string {
  return hasCjk(text) ? text.replace(everyCharacter, " $& ") : text;
}

export interface Piece {
  /** From where in the text, in UTF-16 units. */
  readonly start: number;
  readonly text: string;
  /** Of these scripts; else what stands between them. */
  readonly isCjk: boolean;
}

/** The runs of these scripts in `text` and what stands between them, in order and without gaps. */
export function piecesOf(text: string): Piece[] {
  return [...text.matchAll(runs)].map(({ 0: piece, index }) => ({
    start: index,
    text: piece,
    isCjk: hasCjk(piece),
  }));
}

/** What to look for where a query says `word`, which has no spaces: the word itself, or the words in its runs and what is between. */
export function wordsIn(word: string): string[] {
  if (!hasCjk(word)) return [word];
  return piecesOf(word).flatMap((piece) => (piece.isCjk ? termsOf(piece.text) : [piece.text]));
}

/**
 * Words of one or two characters, longer ones as overlapping pairs. A single character of hiragana is a particle (の, を, は) and is
 * left out where there is anything else.
 */
function termsOf(run: string): string[] {
  segmenter ??= new Intl.Segmenter("ja", { granularity: "word" });
  const terms: string[] = [];
  const particles: string[] = [];
  const characters = Array.from(run);
  for (let from = 0; from < characters.length; from += segmentedAtOnce) {
    for (const { segment } of segmenter.segment(characters.slice(from, from + segmentedAtOnce).join(""))) {
      const word = Array.from(segment);
      if (word.length === 1) (hiragana.test(segment) ? particles : terms).push(segment);
      for (let i = 1; i < word.length; i++) terms.push(word[i - 1]! + word[i]!);
    }
  }
  return [...new Set(terms.length > 0 ? terms : particles)];
}
