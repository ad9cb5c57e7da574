/**
 * Draws points into the pixels of a canvas, one by one: 100,000 of them in a few milliseconds, on any machine, with or without a GPU.
 *
 * Each point is a small disc with a soft edge, whose coverage was worked out once for its size. Points in front are drawn last.
 */
import type { Viewport } from "./viewport.ts";

export interface PaintedPoints {
  readonly positions: Float32Array;
  /** For each point the place of its colour in `colours`. */
  readonly colourOf: Uint8Array;
  /** [red, green, blue], 0 to 255. */
  readonly colours: readonly (readonly number[])[];
  /** For each point: 0 behind and faint, 1 as usual, 2 in front and larger. */
  readonly emphasis: Uint8Array;
}

interface Stamp {
  readonly reach: number;
  /** [2 · reach + 1] squared, 0 to 255. */
  readonly coverage: Uint8Array;
}

const usual = 1;
const front = 2;

export class PointPainter {
  readonly #context: CanvasRenderingContext2D;
  #image: ImageData | null = null;

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
  }

  /** @param density pixels of the canvas for one of the page */
  paint({ positions, colourOf, colours, emphasis }: PaintedPoints, view: Viewport, density: number): void {
    const { canvas } = this.#context;
    const { width, height } = canvas;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#image = this.#context.createImageData(width, height);
    }
    const { data } = this.#image;
    data.fill(0);
    const scale = view.scale * density;
    const [left, top] = [(view.width * density) / 2 - view.x * scale, (view.height * density) / 2 - view.y * scale];
    const radius = radiusFor(colourOf.length, view.zoom) * density;
    const sizes = [stampOf(radius * 0.85, 70), stampOf(radius, 215), stampOf(radius * 1.6 + density, 255)];
    const isPlain = !emphasis.some((level) => level !== usual);
    for (let level = isPlain ? usual : 0; level <= (isPlain ? usual : front); level++) {
      const { reach, coverage } = sizes[level]!;
      const across = 2 * reach + 1;
      for (let point = 0; point < colourOf.length; point++) {
        if (emphasis[point] !== level) continue;
        const x = Math.round(left + positions[point * 2]! * scale) - reach;
        const y = Math.round(top + positions[point * 2 + 1]! * scale) - reach;
        if (x < 0 || y < 0 || x + across > width || y + across > height) continue;
        const [red, green, blue] = colours[colourOf[point]!]! as [number, number, number];
        for (let dy = 0, from = 0; dy < across; dy++) {
          let to = ((y + dy) * width + x) * 4;
          for (let dx = 0; dx < across; dx++, from++, to += 4) {
            const over = coverage[from]!;
            if (over === 0) continue;
            const under = data[to + 3]!;
            if (under === 0) {
              data[to] = red;
              data[to + 1] = green;
              data[to + 2] = blue;
              data[to + 3] = over;
            } else {
              // Over what is there; alpha only grows.
              const part = over / 255;
              data[to] = data[to]! + (red - data[to]!) * part;
              data[to + 1] = data[to + 1]! + (green - data[to + 1]!) * part;
              data[to + 2] = data[to + 2]! + (blue - data[to + 2]!) * part;
              data[to + 3] = under + (255 - under) * part;
            }
          }
        }
      }
    }
    this.#context.putImageData(this.#image, 0, 0);
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
  const coverage = Uint8Array.from({ length: across * across }, (_, at) => {
    const distance = Math.hypot((at % across) - reach, Math.floor(at / across) - reach);
    return alpha * Math.min(1, Math.max(0, radius + 0.5 - distance));
  });
  return { reach, coverage };
}
