/**
 * Queries of several kinds for a set of real chunks, always the same ones: what people type into a search box.
 */
import { randomNumbers } from "./real-documents.mjs";

const stopWords = new Set(
  "the and for are not but you all can her was one our out has have from this that with which when then than will your into its also may use".split(
    " ",
  ),
);

/**
 * `count` queries of each kind by name.
 *
 * "common word": the words that stand in most chunks; "several words": four of one chunk; "identifier": camelCase or snake_case names;
 * "sentence": a whole one; "phrase": three words that follow one another, in quotes.
 */
export function queriesFrom(chunks, count) {
  const random = randomNumbers(7);
  const frequency = new Map();
  for (const { text } of chunks) {
    for (const word of new Set(text.toLowerCase().match(/\b[a-z]{3,}\b/g) ?? [])) {
      if (!stopWords.has(word)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
    }
  }
  const common = [...frequency].toSorted((first, second) => second[1] - first[1]).map(([word]) => word);
  const drawn = (pattern) => {
    const found = new Set();
    for (let tries = 0; found.size < count && tries < 100_000; tries++) {
      const matches = chunks[Math.floor(random() * chunks.length)].text.match(pattern);
      if (matches) found.add(matches[Math.floor(random() * matches.length)].replaceAll(/\s+/g, " "));
    }
    return [...found];
  };
  return {
    "common word": common.slice(0, count),
    "several words": drawn(/[a-z ,.]{200,}/gi).map((text) => {
      const words = text.match(/\b[a-z]{4,}\b/gi) ?? [];
      return Array.from({ length: 4 }, () => words[Math.floor(random() * words.length)] ?? "file").join(" ");
    }),
    identifier: drawn(/\b(?:[a-z]+[A-Z][a-zA-Z]{4,}|[a-z]{3,}_[a-z]{3,})\b/g),
    sentence: drawn(/[A-Z][a-z]+(?: [a-z]+){6,20}\./g),
    phrase: drawn(/\b[a-z]{3,} [a-z]{3,} [a-z]{3,}\b/g).map((words) => `"${words}"`),
  };
}
