/**
 * Names that programs give: what they are put together of, and which words are worth looking into.
 *
 * `getUserNameFromToken` is one word to a full-text index. Its parts are indexed beside it, so that "user name from token" finds it;
 * so are 5km as 5 km and e-mail as email.
 */

/** Longer runs of letters are data. */
const longestWord = 100;

const word = /[\p{L}\p{N}\p{M}]+(?:[-'’][\p{L}\p{N}\p{M}]+)*/gu;
const isPutTogether = /\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}|\p{N}\p{L}|\p{L}\p{N}/u;
const part = /\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{Lu}+|\p{N}+|[\p{L}\p{M}]+/gu;
const hyphenated = /^\p{L}+(?:-\p{L}+)+$/u;

/** The parts of a word such as camelCase, HTTPServer, utf8; empty where it has none. */
export function partsOf(name: string): string[] {
  if (name.length > longestWord || !isPutTogether.test(name)) return [];
  const parts = name.match(part) ?? [];
  return parts.length > 1 ? parts : [];
}

/** `e-mail` as `email`; null for a word without hyphens, or with more than letters. */
export function withoutHyphens(name: string): string | null {
  return name.length <= longestWord && hyphenated.test(name) ? name.replaceAll("-", "") : null;
}

/** What stands in `text` beside its words: their parts, and hyphenated ones in one. */
export function partsIn(text: string): string[] {
  const parts: string[] = [];
  for (const [found] of text.matchAll(word)) {
    const joined = withoutHyphens(found);
    if (joined !== null) parts.push(joined);
    for (const piece of found.split(/[-'’]/)) for (const name of partsOf(piece)) parts.push(name);
  }
  return parts;
}

const identifier = /[\p{L}_$][\p{L}\p{N}\p{M}_$]*/gu;
const isIdentifier = /\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}|\p{L}\p{N}|[^_]_[^_]/u;
const longPlainWord = 12;
const shortestIdentifier = 6;
const longestIdentifier = 80;

/** Words that people remember a piece of: identifiers, and long words (compounds). Lower case, each once. */
export function identifiersIn(text: string): Set<string> {
  const found = new Set<string>();
  for (const [name] of text.matchAll(identifier)) {
    if (name.length < shortestIdentifier || name.length > longestIdentifier) continue;
    if (name.length >= longPlainWord || isIdentifier.test(name)) found.add(name.toLowerCase());
  }
  return found;
}
