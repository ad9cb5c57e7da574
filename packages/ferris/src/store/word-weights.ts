/** How much a word weighs in BM25 by where it stands: the columns of indexed-words.ts, the same in every store. docs/store.md has them in a table. */
export const wordWeights = {
  heading: 3,
  text: 1,
  /** Of the file, its nearest folders and the title. */
  name: 3,
  /** Parts of identifiers and hyphenated words. */
  part: 0.2,
  /** Of other languages than English. */
  stem: 0.5,
} as const;
