/**
 * Finds added tokens ([MASK], <s>, …) in a text, as AddedVocabulary of the Rust tokenizers does: leftmost, then longest; whole
 * words only where `single_word`; white space around taken in where `lstrip` or `rstrip`.
 *
 * One AddedTokens searches raw text (tokens that are not normalized), another one normalised text. A search walks one text from
 * left to right without allocating; what lies between two finds is the caller's.
 */
import { UnsupportedModelError } from "../errors.ts";
import type { AddedTokenJson, TokenizerJson } from "./tokenizer-json.ts";
import { isWhiteSpace } from "./unicode/code-points.ts";
import { buildTrie, PieceTrie } from "./unigram/piece-trie.ts";

export interface AddedToken extends AddedTokenJson {
  /** What is searched for: the content, normalised where the token asks for it. */
  readonly pattern: string;
  /** Found and passed over: what special tokens are where they are to be split like other text. */
  readonly ignored: boolean;
}

/** Tokens that begin with the same UTF-16 unit. */
interface Group {
  readonly first: string;
  /** Longest first. */
  readonly tokens: readonly AddedToken[];
  /** Where the next match of this group lies; text.length + 1 where there is none, −1 before it was looked for. */
  at: number;
  found: AddedToken | null;
}

/** From here on one trie is faster than a look at every group, whatever the tokens. */
const manyTokens = 64;

export class AddedTokens {
  /** The last find: its id, and the text that it takes, white space included. */
  id = 0;
  start = 0;
  end = 0;
  readonly #tokens: readonly AddedToken[];
  readonly #groups: readonly Group[];
  readonly #trie: PieceTrie | null;
  #text = "";
  /** Where the next search begins: the end of the last match, without white space taken in. */
  #from = 0;
  /** The last match of a pattern. */
  #match: AddedToken | null = null;
  #matchAt = 0;

  constructor(tokens: readonly AddedToken[]) {
    this.#tokens = tokens;
    this.#trie = tokens.length < manyTokens ? null : new PieceTrie(buildTrie(tokens.map(({ pattern }) => pattern)));
    const groups = new Map<string, AddedToken[]>();
    for (const token of this.#trie === null ? tokens : []) {
      const first = token.pattern.charAt(0);
      const group = groups.get(first);
      if (group === undefined) groups.set(first, [token]);
      else group.push(token);
    }
    this.#groups = [...groups].map(([first, list]) => ({
      first,
      tokens: list.toSorted((a, b) => b.pattern.length - a.pattern.length),
      at: -1,
      found: null,
    }));
  }

  /**
   * Writes the ids of `text` at ids[offset + already…]: what `between` makes of the stretches before, between and behind added tokens, and
   * the tokens' own. Returns how many there are then, or more than `limit`.
   *
   * @param between writes text[start … end − 1], which may be empty, and returns how many there are then, or more than `limit`
   */
  writeAround(
    text: string,
    ids: Int32Array,
    offset: number,
    limit: number,
    already: number,
    between: (start: number, end: number, written: number) => number,
  ): number {
    this.search(text);
    let written = already;
    let start = 0;
    while (this.next()) {
      written = between(start, this.start, written);
      if (written >= limit) return limit + 1;
      ids[offset + written++] = this.id;
      start = this.end;
    }
    return between(start, text.length, written);
  }

  /** Begins a text. */
  search(text: string): void {
    this.#text = text;
    this.#from = 0;
    this.end = 0;
    for (const group of this.#groups) group.at = -1;
  }

  /** The next token of the text, in id, start and end; false where there is none. */
  next(): boolean {
    const text = this.#text;
    for (;;) {
      if (this.#trie === null) this.#findInGroups(text);
      else this.#findInTrie(text, this.#trie);
      const token = this.#match;
      if (token === null) return false;
      let start = this.#matchAt;
      let end = start + token.pattern.length;
      this.#from = end;
      if (token.ignored) continue;
      if (token.single_word && (endsWithWord(text, start) || startsWithWord(text, end))) continue;
      if (token.lstrip) {
        while (start > this.end && isWhiteSpace(text.charCodeAt(start - 1))) start--;
        start = Math.max(start, this.end);
      }
      if (token.rstrip) while (end < text.length && isWhiteSpace(text.charCodeAt(end))) end++;
      // A token of white space that the one before it has taken in.
      if (start >= end) continue;
      this.id = token.id;
      this.start = start;
      this.end = end;
      return true;
    }
  }

  #findInGroups(text: string): void {
    let nearest: Group | null = null;
    for (const group of this.#groups) {
      if (group.at < this.#from) findNext(group, text, this.#from);
      if (group.found !== null && (nearest === null || group.at < nearest.at)) nearest = group;
    }
    this.#match = nearest === null ? null : nearest.found;
    this.#matchAt = nearest === null ? 0 : nearest.at;
  }

  #findInTrie(text: string, trie: PieceTrie): void {
    const { ids } = trie.arrays;
    for (let at = this.#from; at < text.length; at++) {
      let longest = -1;
      let node = trie.first(text.charCodeAt(at));
      for (let next = at + 1; node >= 0; next++) {
        if (ids[node]! >= 0) longest = ids[node]!;
        if (next === text.length) break;
        node = trie.next(node, text.charCodeAt(next));
      }
      if (longest < 0) continue;
      this.#match = this.#tokens[longest]!;
      this.#matchAt = at;
      return;
    }
    this.#match = null;
  }
}

function findNext(group: Group, text: string, from: number): void {
  for (let at = text.indexOf(group.first, from); at >= 0; at = text.indexOf(group.first, at + 1)) {
    for (const token of group.tokens) {
      if (text.startsWith(token.pattern, at)) {
        group.at = at;
        group.found = token;
        return;
      }
    }
  }
  group.at = text.length + 1;
  group.found = null;
}

const wordAtEnd = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]$/u;
const wordAtStart = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]/u;

function endsWithWord(text: string, end: number): boolean {
  return wordAtEnd.test(text.slice(Math.max(0, end - 2), end));
}

function startsWithWord(text: string, start: number): boolean {
  return wordAtStart.test(text.slice(start, start + 2));
}

/**
 * Gives each added token the id that the Rust tokenizers give it: the model's own where its vocabulary has the content, else the
 * next free one, whatever the file says. By content; of tokens with one content the last one's flags count.
 */
export function assignIds(
  tokens: readonly AddedTokenJson[],
  vocabularyCount: number,
  idOf: (content: string) => number | undefined,
): Map<string, number> {
  const ids = new Map<string, number>();
  let nextId = vocabularyCount;
  let largest = -1;
  let isLater = false;
  for (const { content, later = false } of tokens) {
    if (later && !isLater) nextId = largest >= vocabularyCount || vocabularyCount === 0 ? largest + 1 : vocabularyCount;
    isLater ||= later;
    if (content === "" || ids.has(content)) continue;
    const id = idOf(content) ?? nextId++;
    ids.set(content, id);
    largest = Math.max(largest, id);
  }
  return ids;
}

export interface ResolvedTokens {
  /** Searched in the text as it is. */
  readonly raw: AddedToken[];
  /** Searched in normalised text. */
  readonly normalized: AddedToken[];
  /** −1 where there is none. */
  readonly largestId: number;
  /** Ids of the tokenizer's special tokens. */
  readonly specialIds: ReadonlySet<number>;
}

/**
 * The added tokens with their ids, those that are searched in the text as it is and those that are searched in normalised text.
 * `normalize` makes the pattern of the latter.
 * @throws UnsupportedModelError for more tokens than any published model has
 */
export function resolveAddedTokens(
  json: Pick<TokenizerJson, "addedTokens" | "splitsSpecialTokens" | "specialTokens">,
  vocabularyCount: number,
  idOf: (content: string) => number | undefined,
  normalize: (content: string) => string,
): ResolvedTokens {
  checkAmount(json.addedTokens);
  const ids = assignIds(json.addedTokens, vocabularyCount, idOf);
  const resolved = new Map<string, AddedToken>();
  // Once special, always special: that a later token takes the flag back does not count where special tokens are split.
  const everSpecial = new Set(json.addedTokens.filter((token) => token.special).map((token) => token.content));
  let largestId = -1;
  for (const token of json.addedTokens) {
    const id = ids.get(token.content);
    if (id === undefined) continue;
    largestId = Math.max(largestId, id);
    const pattern = token.normalized ? normalize(token.content) : token.content;
    const ignored = json.splitsSpecialTokens && everSpecial.has(token.content);
    resolved.set(token.content, { ...token, id, pattern, ignored });
  }
  const list = [...resolved.values()].filter((token) => token.pattern !== "");
  return {
    raw: list.filter((token) => !token.normalized),
    normalized: list.filter((token) => token.normalized),
    largestId,
    specialIds: new Set(json.specialTokens.flatMap((token) => ids.get(token) ?? idOf(token) ?? [])),
  };
}

function checkAmount(tokens: readonly AddedTokenJson[]): void {
  const units = tokens.reduce((sum, { content }) => sum + content.length, 0);
  if (tokens.length <= mostTokens && units <= mostUnits) return;
  throw new UnsupportedModelError(
    `the tokenizer has ${tokens.length} added tokens of ${units} characters; at most ${mostTokens} tokens of ${mostUnits} ` +
      "characters are supported.",
  );
}

/** The largest published models have some thousands of added tokens. */
const mostTokens = 1 << 16;
const mostUnits = 1 << 20;
