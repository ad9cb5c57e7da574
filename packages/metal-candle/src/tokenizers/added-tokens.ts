/**
 * Finds added tokens ([MASK], <s>, …) in a text, as AddedVocabulary of the Rust tokenizers does: leftmost, then longest; whole
 * words only where `single_word`; white space around taken in where `lstrip` or `rstrip`.
 *
 * One AddedTokens searches raw text (tokens that are not normalized), another one normalised text. A search walks one text from
 * left to right without allocating; what lies between two finds is the caller's.
 */
import { isWhiteSpace } from "./unicode/code-points.ts";
import type { AddedTokenJson } from "./tokenizer-json.ts";

export interface AddedToken extends AddedTokenJson {
  /** What is searched for: the content, normalised where the token asks for it. */
  readonly pattern: string;
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

export class AddedTokens {
  /** The last find: its id, and the text that it takes, white space included. */
  id = 0;
  start = 0;
  end = 0;
  private readonly groups: readonly Group[];
  private text = "";
  /** Where the next search begins: the end of the last match, without white space taken in. */
  private from = 0;

  constructor(tokens: readonly AddedToken[]) {
    const groups = new Map<string, AddedToken[]>();
    for (const token of tokens) {
      const first = token.pattern.charAt(0);
      groups.set(first, [...(groups.get(first) ?? []), token]);
    }
    this.groups = [...groups].map(([first, list]) => ({
      first,
      tokens: list.toSorted((a, b) => b.pattern.length - a.pattern.length),
      at: -1,
      found: null,
    }));
  }

  /** Begins a text. */
  search(text: string): void {
    this.text = text;
    this.from = 0;
    this.end = 0;
    for (const group of this.groups) group.at = -1;
  }

  /** The next token of the text, in id, start and end; false where there is none. */
  next(): boolean {
    const { text } = this;
    for (;;) {
      let nearest: Group | null = null;
      for (const group of this.groups) {
        if (group.at < this.from) findNext(group, text, this.from);
        if (group.found !== null && (nearest === null || group.at < nearest.at)) nearest = group;
      }
      if (nearest === null) return false;
      const token = nearest.found!;
      let start = nearest.at;
      let end = start + token.pattern.length;
      this.from = end;
      if (token.single_word && (endsWithWord(text, start) || startsWithWord(text, end))) continue;
      if (token.lstrip) while (start > this.end && isWhiteSpace(text.charCodeAt(start - 1))) start--;
      if (token.rstrip) while (end < text.length && isWhiteSpace(text.charCodeAt(end))) end++;
      this.id = token.id;
      this.start = start;
      this.end = end;
      return true;
    }
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

const ENDS_WITH_WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]$/u;
const STARTS_WITH_WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]/u;

function endsWithWord(text: string, end: number): boolean {
  return ENDS_WITH_WORD.test(text.slice(Math.max(0, end - 2), end));
}

function startsWithWord(text: string, start: number): boolean {
  return STARTS_WITH_WORD.test(text.slice(start, start + 2));
}

/**
 * Gives each added token the id that the Rust tokenizers give it: the model's own where its vocabulary has the content, else the
 * next free one, whatever the file says. `normalize` makes the pattern of tokens that are searched in normalised text.
 */
export function resolveAddedTokens(
  tokens: readonly AddedTokenJson[],
  vocabularyCount: number,
  idOf: (content: string) => number | undefined,
  normalize: (content: string) => string,
): { raw: AddedToken[]; normalized: AddedToken[] } {
  const resolved = new Map<string, AddedToken>();
  let nextId = vocabularyCount;
  for (const token of tokens) {
    if (token.content === "") continue;
    const id = resolved.get(token.content)?.id ?? idOf(token.content) ?? nextId++;
    const pattern = token.normalized ? normalize(token.content) : token.content;
    resolved.set(token.content, { ...token, id, pattern });
  }
  const list = [...resolved.values()].filter((token) => token.pattern !== "");
  return {
    raw: list.filter((token) => !token.normalized),
    normalized: list.filter((token) => token.normalized),
  };
}
