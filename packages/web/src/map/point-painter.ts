/**
 * Draws points into the pixels of a canvas, one by one: 100,000 of them in a few milliseconds, on any machine, with or without a GPU.
 *
 * Each point is a small disc with a soft edge, whose coverage was worked out once for its size. Points in front are drawn last.
 */
import type { Viewport } from "./viewport.ts";

export interface PaintedPoints {
  /** For each point the place of its colour in `colours`. */
  readonly colourOf: Uint8Array;
  /** [red, green, blue], 0 to 255. */
  readonly colours: readonly (readonly number[])[];
  /** For each point: 0 behind and faint, 1 as usual, 2 in front and larger. */
  readonly emphasis: Uint8Array;
}

/** The pixels of a disc, those that it touches alone. */
interface Stamp {
  readonly reach: number;
  /** From the middle, in pixels. */
  readonly dx: Int8Array;
  readonly dy: Int8Array;
  /** 1 to 255. */
  readonly coverage: Uint8Array;
}

/** Of the map, for a radius. */
const rows = 100;
const usual = 1;
const front = 2;

export class PointPainter {
  readonly #context: CanvasRenderingContext2D;
  #image: ImageData | null = null;
  /** Points in the order in which they lie on the map, and their places: what is near in the picture is near in memory. */
  readonly #order: Uint32Array;
  readonly #positions: Float32Array;

  constructor(context: CanvasRenderingContext2D, positions: Float32Array) {
    this.#context = context;
    const rowOf = Int32Array.from({ length: positions.length / 2 }, (_, point) =>
      Math.floor(positions[point * 2 + 1]! * rows),
    );
    this.#order = Uint32Array.from(rowOf.keys()).sort(
      (a, b) => rowOf[a]! - rowOf[b]! || positions[a * 2]! - positions[b * 2]!,
    );
    this.#positions = new Float32Array(positions.length);
    this.#order.forEach((point, i) => this.#positions.set(positions.subarray(point * 2, point * 2 + 2), i * 2));
  }

  /** @param density pixels of the canvas for one of the page */
  paint({ colourOf, colours, emphasis }: PaintedPoints, view: Viewport, density: number): void {
    const { canvas } = this.#context;
    const { width, height } = canvas;
    const [order, positions] = [this.#order, this.#positions];
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#image = this.#context.createImageData(width, height);
    }
    // A pixel at a time: alpha, blue, green, red from the highest byte, on every machine that browsers run on. With a sign: engines calculate with
    // small integers, and what does not fit in them is several times as slow.
    const pixels = new Int32Array(this.#image.data.buffer);
    pixels.fill(0);
    const scale = view.scale * density;
    const left = (view.width * density) / 2 - view.x * scale + 0.5;
    const top = (view.height * density) / 2 - view.y * scale + 0.5;
    const radius = radiusFor(colourOf.length, view.zoom) * density;
    const sizes = [stampOf(radius * 0.85, 70), stampOf(radius, 215), stampOf(radius * 1.6 + density, 255)];
    const packed = Int32Array.from(colours, ([red, green, blue]) => red! | (green! << 8) | (blue! << 16));
    const isPlain = !emphasis.some((level) => level !== usual);
    for (let level = isPlain ? usual : 0; level <= (isPlain ? usual : front); level++) {
      const { reach, dx, dy, coverage } = sizes[level]!;
      const offsets = Int32Array.from(dx, (each, i) => each + dy[i]! * width);
      for (let i = 0; i < order.length; i++) {
        const point = order[i]!;
        if (emphasis[point] !== level) continue;
        const x = (left + positions[i * 2]! * scale) | 0;
        const y = (top + positions[i * 2 + 1]! * scale) | 0;
        if (x < reach || y < reach || x + reach >= width || y + reach >= height) continue;
        stamp(pixels, y * width + x, offsets, coverage, packed[colourOf[point]!]!);
      }
    }
    this.#context.putImageData(this.#image, 0, 0);
  }
}

function stamp(pixels: Int32Array, middle: number, offsets: Int32Array, coverage: Uint8Array, colour: number): void {
  for (let i = 0; i < offsets.length; i++) {
    const at = middle + offsets[i]!;
    const under = pixels[at]!;
    const over = coverage[i]!;
    const alpha = under >>> 24;
    // Alpha only grows, so that many points on one spot are seen to be many.
    const sum = alpha + (((255 - alpha) * over + 128) >> 8);
    if (under === 0 || (under & 0xff_ff_ff) === colour) {
      pixels[at] = (sum << 24) | colour;
      continue;
    }
    const red = (under & 255) + ((((colour & 255) - (under & 255)) * over) >> 8);
    const green = ((under >> 8) & 255) + (((((colour >> 8) & 255) - ((under >> 8) & 255)) * over) >> 8);
    const blue = ((under >> 16) & 255) + (((((colour >> 16) & 255) - ((under >> 16) & 255)) * over) >> 8);
    pixels[at] = (sum << 24) | (blue << 16) | (green << 8) | red;
  }
}

/** CSS pixels: small where there are many, larger the nearer one looks. */
function radiusFor(points: number, zoom: number): number {
  const atAll = points > 50_000 ? 0.9 : points > 10_000 ? 1.3 : points > 1_000 ? 2 : 3.2;
  return Math.min(6, atAll * Math.max(1, zoom) ** 0.45);
}

function stampOf(radius: number, alpha: number): Stamp {
  const reach = Math.max(1, Math.ceil(radius));
  const across = 2 * reach + 1;
  const cells = Array.from({ length: across * across }, (_, at) => {
    const [dx, dy] = [(at % across) - reach, Math.floor(at / across) - reach];
    return { dx, dy, coverage: Math.round(alpha * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)))) };
  }).filter(({ coverage }) => coverage > 0);
  return {
    reach,
    dx: Int8Array.from(cells, ({ dx }) => dx),
    dy: Int8Array.from(cells, ({ dy }) => dy),
    coverage: Uint8Array.from(cells, ({ coverage }) => coverage),
  };
}
