/**
 * Scripts whose words do not stand apart, for full-text search: Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese.
 *
 * FTS5's tokenizer takes a run of letters for a word. In these scripts that is a whole clause, and Korean glues particles
 * to its nouns. So the index holds each such character (with its vowel signs) as a word of its own, and a query asks for characters side by side:
 * the words that Intl.Segmenter sees in it, in pairs where they are longer, so that 東京都 finds 東京 as well. The index does not
 * depend on the segmenter, which may cut differently in another Node; the query alone does. Nothing here ranks or matches.
 */

// Letters and digits alone: punctuation parts these scripts as it parts others. Extensions, for ー and 々.
const eastAsian = /(?=[\p{L}\p{N}])[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Hangul}]/u;
const southEastAsian = /(?=[\p{L}\p{N}])[\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]\p{M}*/u;
const character = new RegExp(`(?:${eastAsian.source}|${southEastAsian.source})`, "u");
const everyCharacter = new RegExp(character, "gu");
const runs = new RegExp(`(?:${character.source})+|(?:(?!${character.source})[^])+`, "gu");

/** Where it is a word by itself. */
const particle = /^(?:\p{Script=Hiragana}$|[\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}])/u;

/** A clause is far shorter. Intl.Segmenter takes quadratic time where nothing tells it to stop. */
const segmentedAtOnce = 200;
let segmenter: Intl.Segmenter | undefined;

/** Whether `text` has a character of these scripts. */
export function isUnspaced(text: string): boolean {
  return character.test(text);
}

/** `text` with spaces around each of these characters: what is given to FTS5, of documents and of queries. */
export function spacedOut(text: string): string {
  return isUnspaced(text) ? text.replace(everyCharacter, " $& ") : text;
}

export interface Piece {
  /** From where in the text, in UTF-16 units. */
  readonly start: number;
  readonly text: string;
  /** Of these scripts; else what stands between them. */
  readonly isUnspaced: boolean;
}

/** The runs of these scripts in `text` and what stands between them, in order and without gaps. */
export function piecesOf(text: string): Piece[] {
  return [...text.matchAll(runs)].map(({ 0: piece, index }) => ({
    start: index,
    text: piece,
    isUnspaced: isUnspaced(piece),
  }));
}

/** What to look for where a query says `word`, which has no spaces: the word itself, or the words in its runs and what is between. */
export function wordsIn(word: string): string[] {
  if (!isUnspaced(word)) return [word];
  return piecesOf(word).flatMap((piece) => (piece.isUnspaced ? termsOf(piece.text) : [piece.text]));
}

/**
 * Words of one or two characters, longer ones as overlapping pairs. A single character of hiragana is a particle (の, を, は), one of Thai
 * says little; they are left out where there is anything else.
 */
function termsOf(run: string): string[] {
  segmenter ??= new Intl.Segmenter("ja", { granularity: "word" });
  const terms: string[] = [];
  const particles: string[] = [];
  const characters = charactersOf(run);
  for (let from = 0; from < characters.length; from += segmentedAtOnce) {
    for (const { segment } of segmenter.segment(characters.slice(from, from + segmentedAtOnce).join(""))) {
      const word = charactersOf(segment);
      // Thai words are long and made of few letters: pairs of them stand everywhere.
      if (word.length > 2 && southEastAsian.test(segment)) {
        terms.push(segment);
        continue;
      }
      // The word itself is the rarest of its pieces: what has it comes first.
      if (word.length > 2) terms.push(segment);
      if (word.length === 1) (particle.test(segment) ? particles : terms).push(segment);
      for (let i = 1; i < word.length; i++) terms.push(word[i - 1]! + word[i]!);
    }
  }
  return [...new Set(terms.length > 0 ? terms : particles)];
}

/** As the index has them: each with its vowel signs. */
export function charactersOf(run: string): string[] {
  return run.match(everyCharacter) ?? Array.from(run);
}
