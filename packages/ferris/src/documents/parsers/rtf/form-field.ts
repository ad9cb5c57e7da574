/** Fields of forms in RTF that show what was chosen and have no result for it: boxes to tick, lists to choose from. */

/** Nothing was chosen: what was set beforehand holds. */
const unset = 25;
const mostEntries = 1_000;
const longestEntry = 1_000;

export class RtfFormField {
  readonly #numbers = new Map<string, number>();
  readonly #entries: string[] = [];

  /** A control word: of which kind the field is, or what was chosen. */
  control(word: string, value: number): void {
    if (word === "ffl" && this.#entries.length < mostEntries) this.#entries.push("");
    else if (/^ff(?:type|res|defres)$/.test(word)) this.#numbers.set(word, value);
  }

  /** Words of the newest entry of a list. */
  text(words: string): void {
    const last = this.#entries.length - 1;
    if (last >= 0 && this.#entries[last]!.length < longestEntry) this.#entries[last] += words;
  }

  /** What the field shows; "" for one that has its words as a result. */
  shown(): string {
    const chosen = this.#numbers.get("ffres") ?? unset;
    const result = chosen === unset ? (this.#numbers.get("ffdefres") ?? 0) : chosen;
    const type = this.#numbers.get("fftype");
    if (type === 1) return result === 0 ? "☐" : "☒";
    return type === 2 ? (this.#entries[result]?.trim() ?? "") : "";
  }
}
