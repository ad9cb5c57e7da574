/**
 * WordPiece itself: one word to the longest pieces of the vocabulary, from left to right, each after the first with the
 * continuing prefix. A word that cannot be covered, or is too long, is one unknown token.
 */
import type { WordPieceSettings } from "./settings.ts";

export function wordPieces(word: string, settings: WordPieceSettings): number[] {
  const { vocabulary, unknownId, continuingPrefix, longestWord } = settings;
  if (word.length > longestWord && countCharacters(word) > longestWord) return [unknownId];
  const ids: number[] = [];
  for (let start = 0; start < word.length;) {
    const prefix = start === 0 ? "" : continuingPrefix;
    let end = word.length;
    let id: number | undefined;
    while (end > start && (id = vocabulary.get(prefix + word.slice(start, end))) === undefined) end--;
    if (id === undefined) return [unknownId];
    ids.push(id);
    start = end;
  }
  return ids;
}

function countCharacters(word: string): number {
  let count = 0;
  for (const _ of word) count++;
  return count;
}
