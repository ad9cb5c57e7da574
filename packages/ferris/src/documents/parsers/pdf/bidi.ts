/**
 * Hebrew and Arabic in reading order: a page shows glyphs from left to right, whichever way they are read.
 *
 * The Unicode bidirectional algorithm (by bidi-js) turns reading order into what is shown by reversing runs of its levels; the same
 * reversals turn it back.
 */
import bidiModule from "bidi-js";

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;
const firstRightToLeft = 0x590;
const fromTheRight = /[\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;
const leftToRight = /\p{L}/u;

/** Its types say ES module, and Node loads a CommonJS one: the default export of the one is the default of the other's default. */
const factory = bidiModule as unknown as typeof bidiModule.default;
let bidi: ReturnType<typeof factory> | undefined;

export function isRightToLeft(text: string): boolean {
  return text.charCodeAt(0) >= firstRightToLeft && rightToLeft.test(text);
}

/** Whether there is more text from right to left than the other way: more such words, or as many with more letters. Figures go either way. */
export function goesLeft(words: readonly string[]): boolean {
  let [balance, letters] = [0, 0];
  for (const word of words) {
    const way = fromTheRight.test(word) ? 1 : leftToRight.test(word) ? -1 : 0;
    balance += way;
    letters += way * word.length;
  }
  return balance === 0 ? letters >= 0 : balance > 0;
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
  const read = (form: (index: number) => string | undefined) =>
    order.map((index) => ({ piece: form(index) ?? pieces[index]!, index }));
  // Some producers name a bracket by its shape, others by what it was before it was turned, and one glyph may have got the name of the other.
  const turned = read((index) => mirrored.get(index));
  if (!pieces.some((piece) => counterparts.has(piece))) return turned;
  const forms = [
    turned,
    read(() => undefined),
    read((index) => counterparts.get(mirrored.get(index) ?? pieces[index]!)),
  ];
  const fits = forms.map(fitOf);
  return forms[fits.indexOf(Math.max(...fits))]!;
}

const counterparts: ReadonlyMap<string, string> = new Map(
  ["()", "[]", "{}", "«»"].flatMap(([open, close]): [string, string][] => [
    [open!, close!],
    [close!, open!],
  ]),
);

/** How well brackets stand: each that opens before a word and closes behind one, and all in pairs. */
function fitOf(pieces: readonly ReadPiece[]): number {
  let [depth, fit] = [0, 0];
  let isPaired = true;
  const isWord = (at: number) => /[\p{L}\p{N}]/u.test(pieces[at]?.piece ?? "");
  pieces.forEach(({ piece }, at) => {
    if (!counterparts.has(piece)) return;
    const opens = "([{«".includes(piece);
    depth += opens ? 1 : -1;
    isPaired &&= depth >= 0;
    const [outside, inside] = opens ? [at - 1, at + 1] : [at + 1, at - 1];
    if (isWord(inside)) fit++;
    if (!isWord(outside)) fit++;
  });
  return fit + (isPaired && depth === 0 ? pieces.length : 0);
}
