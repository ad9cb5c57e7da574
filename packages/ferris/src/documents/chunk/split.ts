/**
 * Cuts one block that is too long into ranges that fit: at blank lines, then sentences or lines, then words, then characters.
 *
 * Works on offsets and a measure, not on chunks: chunk.ts puts the ranges together again. The ranges of a block cover it
 * without gaps and are always the same for the same content.
 */
import type { BlockKind } from "../document.ts";

export interface Range {
  readonly start: number;
  readonly end: number;
  /** Of the range alone, as `measure` has it. */
  readonly cost: number;
}

/** What a text costs, in tokens without the model's own; roughly additive over neighbouring texts. */
export type Measure = (text: string) => number;

/**
 * A WordPiece tokenizer reads a megabyte without spaces as one unknown word: a token stands for at most this many
 * characters when it comes to limits.
 */
export const charactersPerToken = 16;

/** Neighbours that are small against the capacity are one range at once: a text may have millions of words. */
const smallShare = 1 / 8;

type Level = "paragraphs" | "items" | "lines" | "sentences" | "words";

const levels: Readonly<Record<BlockKind, readonly Level[]>> = {
  heading: ["sentences", "words"],
  prose: ["paragraphs", "sentences", "lines", "words"],
  list: ["items", "lines", "sentences", "words"],
  code: ["paragraphs", "lines", "words"],
  table: ["lines", "words"],
  metadata: ["lines", "words"],
};

/**
 * What stands between two paragraphs, list items and so on; the cut comes after it. A sentence ends where a full stop is
 * followed by what may begin one, so not after "e.g. this". (Intl.Segmenter takes quadratic time on long runs without full
 * stops: 40 s for 0.7 MB.)
 */
const boundaries: Readonly<Record<Exclude<Level, "paragraphs">, RegExp>> = {
  items: /\n(?=[ \t]{0,3}(?:[-*+]|\d{1,9}[.)])[ \t])/g,
  sentences: /(?:[.!?…]["'”’)\]]{0,3}\s+(?=["'“‘([]?[\p{Lu}\p{Lo}\p{N}])|[。！？]["”’」』）]{0,3}\s*)/gu,
  lines: /\n+/g,
  words: /\s+/g,
};

/**
 * Ranges of `content` from `block.start` to `block.end`, none above `capacity`. Gives way after each piece that was measured: a block
 * may be a whole file of many megabytes.
 */
export function* split(
  content: string,
  block: { readonly kind: BlockKind; readonly start: number; readonly end: number },
  capacity: number,
  measure: Measure,
): Generator<undefined, Range[]> {
  return yield* cut(block.start, block.end, levels[block.kind]);

  function* cut(start: number, end: number, [level, ...finer]: readonly Level[]): Generator<undefined, Range[]> {
    // What is longer than any text of so many tokens need not be counted: that would go over a whole file at each level.
    if (end - start <= capacity * charactersPerToken) {
      yield;
      const cost = measure(content.slice(start, end));
      if (cost <= capacity) return [{ start, end, cost }];
    }
    if (level === undefined) return yield* cutCharacters(start, end);
    const ranges: Range[] = [];
    for (const [from, to] of parts(content.slice(start, end), level)) {
      for (const piece of yield* cut(start + from, start + to, finer)) {
        const last = ranges.at(-1);
        if (last && last.cost + piece.cost <= capacity * smallShare) {
          ranges[ranges.length - 1] = { start: last.start, end: piece.end, cost: last.cost + piece.cost };
        } else ranges.push(piece);
      }
    }
    return ranges;
  }

  function* cutCharacters(start: number, wordEnd: number): Generator<undefined, Range[]> {
    const ranges: Range[] = [];
    const sampled = Math.min(wordEnd, start + Math.ceil(capacity * charactersPerToken));
    const guess = Math.max(1, Math.floor(((sampled - start) * capacity) / measure(content.slice(start, sampled))));
    for (let from = start; from < wordEnd;) {
      yield;
      let to = characterBoundary(content, from, Math.min(wordEnd, from + guess));
      let cost = measure(content.slice(from, to));
      while (cost > capacity) {
        const shorter = characterBoundary(content, from, from + Math.floor((to - from) * 0.75));
        if (shorter >= to) break;
        to = shorter;
        cost = measure(content.slice(from, to));
      }
      ranges.push({ start: from, end: to, cost });
      from = to;
    }
    return ranges;
  }
}

function* parts(text: string, level: Level): Generator<[number, number]> {
  let start = 0;
  for (const end of level === "paragraphs" ? endsOfParagraphs(text) : endsOf(text, boundaries[level])) {
    if (end >= text.length) break;
    yield [start, end];
    start = end;
  }
  yield [start, text.length];
}

function* endsOf(text: string, boundary: RegExp): Generator<number> {
  const search = new RegExp(boundary);
  while (search.exec(text)) yield search.lastIndex;
}

/** After each run of blank lines. By hand: V8's regular expressions run out of stack on a million blank lines. */
function* endsOfParagraphs(text: string): Generator<number> {
  for (let newline = text.indexOf("\n"); newline >= 0; newline = text.indexOf("\n", newline + 1)) {
    let end = newline + 1;
    for (let at = end; at < text.length && " \t\r\n".includes(text[at]); at++) if (text[at] === "\n") end = at + 1;
    if (end > newline + 1) yield end;
    newline = end - 1;
  }
}

/**
 * The place nearest below `end` (but above `start`) where a character ends: not inside a surrogate pair, not before a
 * combining mark, a variation selector or a joiner. Gives up after 32 places: such a pile is not a character.
 */
function characterBoundary(content: string, start: number, end: number): number {
  for (let at = end; at > start && end - at < 32; at--) if (isBoundary(content, at)) return at;
  const low = content.charCodeAt(end) & 0xfc00;
  if (end > start + 1) return low === 0xdc00 ? end - 1 : end;
  return start + ((content.charCodeAt(start) & 0xfc00) === 0xd800 && start + 1 < content.length ? 2 : 1);
}

// Marks include the variation selectors; the joiner is the other character that never starts one.
const joins = /^(?:\p{M}|\u{200D})/u;

function isBoundary(content: string, at: number): boolean {
  if (at >= content.length) return true;
  if ((content.charCodeAt(at) & 0xfc00) === 0xdc00) return false;
  return !joins.test(content.slice(at, at + 2)) && content.charCodeAt(at - 1) !== 0x200d;
}
