/**
 * A growing array of UTF-16 units, kept between texts: normalised text lies here and never becomes a string.
 *
 * Unit 0 is free for whoever needs one unit before the text (the ▁ that Metaspace prepends); the text begins at unit 1.
 */
export class UnitBuffer {
  units = new Uint16Array(1 << 13);
  /** End of the text. */
  end = 1;

  clear(): void {
    this.end = 1;
  }

  push(unit: number): void {
    if (this.end === this.units.length) this.#grow(this.end + 1);
    this.units[this.end++] = unit;
  }

  pushAll(units: Uint16Array): void {
    if (this.end + units.length > this.units.length) this.#grow(this.end + units.length);
    for (let i = 0; i < units.length; i++) this.units[this.end++] = units[i]!;
  }

  /** What is in it, as a string. */
  text(): string {
    return textOf(this.units, 1, this.end);
  }

  #grow(least: number): void {
    const larger = new Uint16Array(Math.max(least, this.units.length * 2));
    larger.set(this.units);
    this.units = larger;
  }
}

/** units[start … end − 1] as a string. */
export function textOf(units: Uint16Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += chunkUnits) {
    text += String.fromCharCode(...units.subarray(at, Math.min(at + chunkUnits, end)));
  }
  return text;
}

/** Units that are made a string at a time: arguments of one call. */
const chunkUnits = 4096;
