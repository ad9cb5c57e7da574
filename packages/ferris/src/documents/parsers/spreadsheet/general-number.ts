/** Numbers without a format, as sheets show them. */

/** All digits that are meant, without those that the sum of two fractions leaves behind. */
export function general(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const shortest = String(value);
  const digits = shortest.length < 17 ? shortest : String(Number(value.toPrecision(15)));
  // As sheets write it: 1E-07.
  return digits.replace(/e([+-])(\d)$/, "e$10$2").replace("e", "E");
}
