/** Formulas as Equation Editor (version 3) and MathType (version 5) write them, for tests. */

/** A name with its end. */
export function characters(name: string): number[] {
  return [...Buffer.from(`${name}\0`, "latin1")];
}

/** The stream of an object: where the formula is, which version and program, and its records. */
export function equation(version: number, records: readonly number[]): Uint8Array {
  const body = [version, 1, 1, 3, 10, ...(version === 5 ? [...characters("DSMT4"), 0] : []), ...records, 0];
  const bytes = new Uint8Array(28 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 28, true);
  view.setUint32(2, 0x20000, true);
  view.setUint32(8, body.length, true);
  bytes.set(body, 28);
  return bytes;
}

/** A line that is there and shows nothing. */
export const nothing = [0x11];

export function line(...parts: readonly number[][]): number[] {
  return [1, ...parts.flat(), 0];
}

function codes(words: string): number[] {
  return Array.from({ length: words.length }, (_, at) => words.charCodeAt(at));
}

export const older = {
  text: (words: string, face = 3): number[] => codes(words).flatMap((code) => [2, 128 + face, code & 0xff, code >> 8]),
  template: (selector: number, variation: number, ...parts: readonly number[][]): number[] => [
    3,
    selector,
    variation,
    0,
    ...parts.flat(),
    0,
  ],
};

export const newer = {
  nothing: [1, 1],
  line: (...parts: readonly number[][]): number[] => [1, 0, ...parts.flat(), 0],
  text: (words: string, face = 3): number[] =>
    codes(words).flatMap((code) => [2, 0, 128 + face, code & 0xff, code >> 8]),
  template: (selector: number, variation: number, ...parts: readonly number[][]): number[] => [
    3,
    0,
    selector,
    variation,
    0,
    ...parts.flat(),
    0,
  ],
};
