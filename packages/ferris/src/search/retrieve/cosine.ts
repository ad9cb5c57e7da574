/** The cosine of two vectors of any length; 0 where one of them is 0. */
export function cosineOf(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresA += a[i]! * a[i]!;
    squaresB += b[i]! * b[i]!;
  }
  const norm = Math.sqrt(squaresA * squaresB);
  return norm === 0 ? 0 : dot / norm;
}
