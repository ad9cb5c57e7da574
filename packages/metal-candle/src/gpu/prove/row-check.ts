/**
 * Rows for the proofs of kernels that work on one row at a time, in place: what is hard about rows, and which of the reference's values
 * are compared. Each kernel's own check.ts says what it computes.
 */

/** Of ordinary rows, a tiny one, a large one and a constant one: one row more than a workgroup has. */
const scales = [1, 1e-3, 100, 1, 0, 1, 1, 1, 1];

/** Rows that a check has. */
export const checkedRows = scales.length;

/** The row whose values are all the same. */
export const constantRow = scales.indexOf(0);

/** Added to a sum of squares, less than this may be taken for 0: f32's smallest normal number. */
export const smallestEpsilon = 2 ** -126;

/** Values of a row that are compared, at most: rows of a million columns are checked, too. */
const mostCompared = 2048;

/**
 * Turns ordinary values into awkward rows.
 * @param constant the value of the constant row
 */
export function awkwardRows(
  values: Float32Array<ArrayBuffer>,
  width: number,
  constant: number,
): Float32Array<ArrayBuffer> {
  return values.map((value, index) => {
    const row = Math.floor(index / width);
    return row === constantRow ? constant : value * scales[row];
  });
}

/** The reference's values by index: evenly spread columns of each row that counts, the last one included. */
export function expectedOfRows(
  reference: ArrayLike<number>,
  width: number,
  counts: (row: number) => boolean = () => true,
): Map<number, number> {
  const step = Math.ceil(width / mostCompared);
  const expected = new Map<number, number>();
  for (let row = 0; row < checkedRows; row++) {
    if (!counts(row)) continue;
    for (let column = width - 1; column >= 0; column -= step) {
      const index = row * width + column;
      expected.set(index, reference[index]);
    }
  }
  return expected;
}
