/** Roman numerals, which lists of several formats count in. */

/** Lower case, from 1 to 3999; other numbers in digits. */
export function roman(count: number): string {
  if (count < 1 || count > 3999) return String(count);
  let rest = count;
  let text = "";
  const signs: [number, string][] = [
    [1000, "m"],
    [900, "cm"],
    [500, "d"],
    [400, "cd"],
    [100, "c"],
    [90, "xc"],
    [50, "l"],
    [40, "xl"],
    [10, "x"],
    [9, "ix"],
    [5, "v"],
    [4, "iv"],
    [1, "i"],
  ];
  for (const [value, sign] of signs) {
    text += sign.repeat(Math.floor(rest / value));
    rest %= value;
  }
  return text;
}
