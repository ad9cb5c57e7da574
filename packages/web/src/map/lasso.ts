/** Points within a line that somebody drew around them. */

/** @param outline [corners][2], closed by itself, in places of the map */
export function pointsWithin(positions: Float32Array, outline: readonly (readonly [number, number])[]): number[] {
  const xs = outline.map(([x]) => x);
  const ys = outline.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const found: number[] = [];
  for (let point = 0; point < positions.length / 2; point++) {
    const [x, y] = [positions[point * 2]!, positions[point * 2 + 1]!];
    if (x < left || x > right || y < top || y > bottom) continue;
    let isWithin = false;
    for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
      if (ys[i]! > y !== ys[j]! > y && x < ((xs[j]! - xs[i]!) * (y - ys[i]!)) / (ys[j]! - ys[i]!) + xs[i]!)
        isWithin = !isWithin;
    }
    if (isWithin) found.push(point);
  }
  return found;
}
