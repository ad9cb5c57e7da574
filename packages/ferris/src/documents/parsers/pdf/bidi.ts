/**
 * Hebrew and Arabic in reading order: a page shows glyphs from left to right, whichever way they are read.
 *
 * The Unicode bidirectional algorithm (by bidi-js) turns reading order into what is shown by reversing runs of its levels; the same
 * reversals turn it back.
 */
import bidiModule from "bidi-js";

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;
const firstRightToLeft = 0x590;
const leftToRight = /\p{L}/u;

/** Its types say ES module, and Node loads a CommonJS one: the default export of the one is the default of the other's default. */
const factory = bidiModule as unknown as typeof bidiModule.default;
let bidi: ReturnType<typeof factory> | undefined;

export function isRightToLeft(text: string): boolean {
  return text.charCodeAt(0) >= firstRightToLeft && rightToLeft.test(text);
}

/** Whether there is more text from right to left than the other way. */
export function goesLeft(texts: readonly string[]): boolean {
  let balance = 0;
  for (const text of texts) {
    if (isRightToLeft(text)) balance++;
    else if (leftToRight.test(text)) balance--;
  }
  return balance >= 0;
}

export interface ReadPiece {
  readonly piece: string;
  /** Where it stood. */
  readonly index: number;
}

/** The pieces, given as they stand from left to right, in reading order. */
export function inReadingOrder(pieces: readonly string[], direction: "rtl" | "ltr"): ReadPiece[] {
  bidi ??= factory();
  // One character stands for each piece: what a ligature stands for is in reading order already.
  const shown = pieces.map((piece) => (piece.length > 0 ? piece[0]! : "\u200b")).join("");
  const levels = bidi.getEmbeddingLevels(shown, direction);
  const mirrored = bidi.getMirroredCharactersMap(shown, levels.levels);
  const order = bidi.getReorderedIndices(shown, levels);
  // Some producers name a bracket by its shape, others by what it was before it was turned: those that open first are right.
  const read = (turn: boolean) =>
    order.map((index) => ({ piece: (turn ? mirrored.get(index) : undefined) ?? pieces[index]!, index }));
  const turned = read(true);
  if (mirrored.size === 0 || arePaired(turned)) return turned;
  const asNamed = read(false);
  return arePaired(asNamed) ? asNamed : turned;
}

function arePaired(pieces: readonly ReadPiece[]): boolean {
  let depth = 0;
  for (const { piece } of pieces) {
    if ("([{«".includes(piece)) depth++;
    else if (")]}»".includes(piece)) depth--;
    if (depth < 0) return false;
  }
  return depth === 0;
}
