/**
 * The cosine distance of two vectors as they are stored, in plain JavaScript: what sqlite-vec computes, for wherever it cannot be loaded.
 *
 * Called by SQLite for each vector that is compared: 1.3 times as long as sqlite-vec takes for a search of 20,000. Its sums are f64 and not f32, so a
 * score may differ in the seventh digit.
 */

/** Its name in SQL, which is sqlite-vec's. */
export const distanceFunction = "vec_distance_cosine";

/** Of two blobs, as SQLite hands them over. */
export function cosineDistance(left: unknown, right: unknown): number | null {
  return distanceBetween(toVector(left), toVector(right));
}

/** Distance in [0, 2]; null for a vector without a direction, which has no cosine. */
export function distanceBetween(a: Float32Array, b: Float32Array): number | null {
  if (a.length !== b.length) {
    throw damaged(`vector of ${a.length} dimensions where ${b.length} are due`);
  }
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresA += a[i]! * a[i]!;
    squaresB += b[i]! * b[i]!;
  }
  const norms = Math.sqrt(squaresA * squaresB);
  // To f32, as sqlite-vec's is: equal vectors are then equally far whatever order they were summed in.
  return norms > 0 ? Math.fround(1 - Math.fround(dot / norms)) : null;
}

function toVector(value: unknown): Float32Array {
  if (!(value instanceof Uint8Array) || value.byteLength % 4 !== 0)
    throw damaged("not a vector: its bytes are not whole f32 values");
  // Without a copy where the bytes lie as f32 must.
  return value.byteOffset % 4 === 0
    ? new Float32Array(value.buffer, value.byteOffset, value.byteLength / 4)
    : new Float32Array(value.slice().buffer);
}

/** SQLITE_CORRUPT: the file may come from anybody. */
function damaged(what: string): Error {
  return Object.assign(new Error(what), { code: "ERR_SQLITE_ERROR", errcode: 11 });
}
