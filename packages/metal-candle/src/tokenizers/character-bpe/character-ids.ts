/** The ids of characters that are tokens, and of the bytes of those that are not. */
import { writeBytes } from "../bpe/utf8.ts";

export class CharacterIds {
  readonly #common = new Int32Array(0x10000).fill(-1);
  readonly #rare = new Map<number, number>();
  readonly #byteTokens: Int32Array;

  /** @param characters code point and id of each: [2 × characters] */
  constructor(characters: Int32Array, byteTokens: Int32Array) {
    this.#byteTokens = byteTokens;
    for (let i = 0; i < characters.length; i += 2) {
      const [codePoint, id] = [characters[i]!, characters[i + 1]!];
      if (codePoint > 0xffff) this.#rare.set(codePoint, id);
      else this.#common[codePoint] = id;
    }
  }

  /** Writes the ids of a character at ids[at…], four at most; returns the place behind them. */
  write(codePoint: number, ids: Int32Array, at: number): number {
    const id = codePoint > 0xffff ? (this.#rare.get(codePoint) ?? -1) : this.#common[codePoint]!;
    if (id < 0) return writeBytes(codePoint, this.#byteTokens, ids, at);
    ids[at] = id;
    return at + 1;
  }
}
