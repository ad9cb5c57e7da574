/** Points by where they are: which one is under the pointer, without looking at all of them. */

const cells = 128;
const half = 1.25;

export class PointGrid {
  readonly #positions: Float32Array;
  readonly #starts = new Uint32Array(cells * cells + 1);
  readonly #members: Uint32Array;

  constructor(positions: Float32Array) {
    this.#positions = positions;
    const points = positions.length / 2;
    const cellOf = new Uint32Array(points);
    for (let point = 0; point < points; point++) {
      cellOf[point] = cellAt(positions[point * 2]!) + cells * cellAt(positions[point * 2 + 1]!);
      this.#starts[cellOf[point]! + 1]!++;
    }
    for (let cell = 0; cell < cells * cells; cell++) this.#starts[cell + 1]! += this.#starts[cell]!;
    const next = this.#starts.slice();
    this.#members = new Uint32Array(points);
    for (let point = 0; point < points; point++) this.#members[next[cellOf[point]!]!++] = point;
  }

  /** The nearest point that `isWanted` keeps within `reach` of a place, or -1. */
  nearest(x: number, y: number, reach: number, isWanted: (point: number) => boolean = () => true): number {
    let [best, least] = [-1, reach * reach];
    const [left, right, top, bottom] = [cellAt(x - reach), cellAt(x + reach), cellAt(y - reach), cellAt(y + reach)];
    for (let row = top; row <= bottom; row++) {
      for (let at = this.#starts[row * cells + left]!; at < this.#starts[row * cells + right + 1]!; at++) {
        const point = this.#members[at]!;
        const squared = (this.#positions[point * 2]! - x) ** 2 + (this.#positions[point * 2 + 1]! - y) ** 2;
        if (squared <= least && isWanted(point)) [best, least] = [point, squared];
      }
    }
    return best;
  }
}

function cellAt(place: number): number {
  return Math.max(0, Math.min(cells - 1, Math.floor(((place + half) / (2 * half)) * cells)));
}
