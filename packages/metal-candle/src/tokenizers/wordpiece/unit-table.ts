/**
 * What normalisation and pre-tokenisation make of each UTF-16 unit on its own, in tables that the fast path reads: its kind, and
 * the unit or units it becomes. Filled from the exact functions, a unit at its first use.
 *
 * Possible because BertNormalizer looks at no neighbours, but for one thing: canonical reordering. After nonspacing marks are
 * stripped only a handful of characters can still be reordered; those, and surrogates, are `complexUnit` and go to the exact path.
 */
import { decompose, ideographs, isWhiteSpace, punctuation } from "../unicode/code-points.ts";
import { normalizeBert } from "./normalize.ts";
import type { BertNormalization } from "./normalize.ts";

/** The kinds. `unknownUnit`: not looked at yet; `kindOf` fills it. */
export const unknownUnit = 0;
/** Part of a word; becomes the one unit `becomes[unit]`. */
export const wordUnit = 1;
/** Ends a word and leaves nothing. */
export const spaceUnit = 2;
/** A word by itself (punctuation, ideographs), the one unit `becomes[unit]`. */
export const aloneUnit = 3;
/** Leaves nothing and ends nothing. */
export const removedUnit = 4;
/** Part of a word; becomes several units, `expansions[becomes[unit]]`. */
export const severalUnit = 5;
/** Only the exact path knows. */
export const complexUnit = 6;

export class UnitTable {
  readonly kinds = new Uint8Array(0x10000);
  readonly becomes = new Uint16Array(0x10000);
  readonly expansions: Uint16Array[] = [];
  readonly #normalization: BertNormalization;

  constructor(normalization: BertNormalization) {
    this.#normalization = normalization;
    this.kinds.fill(complexUnit, 0xd800, 0xe000);
    for (let unit = 0; unit < 0x80; unit++) this.kindOf(unit);
  }

  /** Looks at a unit whose kind is `unknownUnit`, and returns the kind. */
  kindOf(unit: number): number {
    const kind = this.#classify(unit);
    this.kinds[unit] = kind;
    return kind;
  }

  #classify(unit: number): number {
    const { handleChineseChars, stripAccents } = this.#normalization;
    const character = String.fromCharCode(unit);
    const alone = handleChineseChars && ideographs.has(unit);
    const text = normalizeBert(character, { ...this.#normalization, handleChineseChars: false });
    if (text === "") return removedUnit;
    if (stripAccents && Array.from(text).some(canBeReordered)) return complexUnit;
    if (text.length === 1) {
      const c = text.charCodeAt(0);
      this.becomes[unit] = c;
      if (isWhiteSpace(c)) return spaceUnit;
      return alone || punctuation.has(c) ? aloneUnit : wordUnit;
    }
    const units = Uint16Array.from(text, (c) => c.charCodeAt(0));
    const plain = units.length === text.length && !alone && units.every((c) => !isWhiteSpace(c) && !punctuation.has(c));
    if (!plain) return complexUnit;
    this.becomes[unit] = this.expansions.push(units) - 1;
    return severalUnit;
  }
}

/** Whether a combining class other than 0 moves it before U+0345 (class 240) or behind U+0334 (class 1). */
function canBeReordered(character: string): boolean {
  return (
    decompose(`a\u0345${character}`) !== `a\u0345${character}` ||
    decompose(`a${character}\u0334`) !== `a${character}\u0334`
  );
}
