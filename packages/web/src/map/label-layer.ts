/** Names of clusters over the map: of the level that fits the zoom, the largest first, none over another. */
import { shownName } from "../ui/shown.ts";
import { type MapData, nameOf } from "./map-data.ts";
import { baseLevel } from "./groups.ts";
import type { Viewport } from "./viewport.ts";

const most = 28;
const height = 22;
const gap = 6;
/** Each level is for this many times the zoom of the one before. */
const step = 2.2;

export function levelFor(data: MapData, zoom: number): number {
  const base = baseLevel(data);
  return Math.min(data.levels.length - 1, base + Math.max(0, Math.floor(Math.log(zoom) / Math.log(step))));
}

export class LabelLayer {
  readonly #element: HTMLElement;
  readonly #labels: HTMLElement[] = [];
  readonly #widths = new Map<string, number>();
  readonly #measure = document.createElement("canvas").getContext("2d")!;

  constructor(element: HTMLElement) {
    this.#element = element;
    const { fontSize, fontFamily } = getComputedStyle(element);
    this.#measure.font = `600 ${fontSize} ${fontFamily}`;
  }

  place(data: MapData, view: Viewport): void {
    const taken: { left: number; right: number; top: number; bottom: number }[] = [];
    const { clusters } = data.levels[levelFor(data, view.zoom)] ?? { clusters: [] };
    let used = 0;
    for (const cluster of clusters) {
      if (used === most) break;
      if (cluster.words.length === 0) continue;
      const name = shownName(nameOf(cluster));
      const half = this.#widthOf(name) / 2 + gap;
      const [x, y] = [view.toScreenX(cluster.x), view.toScreenY(cluster.y)];
      if (x < 0 || x > view.width || y < 0 || y > view.height) continue;
      // Within the picture, rather than cut off at its edge.
      const middle = Math.min(Math.max(x, half), Math.max(half, view.width - half));
      const box = { left: middle - half, right: middle + half, top: y - height / 2, bottom: y + height / 2 };
      if (box.top < 0 || box.bottom > view.height) continue;
      if (
        taken.some(
          (other) =>
            box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top,
        )
      )
        continue;
      taken.push(box);
      const label = (this.#labels[used++] ??= this.#newLabel());
      if (label.textContent !== name) label.textContent = name;
      label.hidden = false;
      label.style.transform = `translate(${middle}px, ${y}px) translate(-50%, -50%)`;
    }
    for (const label of this.#labels.slice(used)) label.hidden = true;
  }

  #newLabel(): HTMLElement {
    const label = document.createElement("span");
    label.className = "map-label";
    this.#element.append(label);
    return label;
  }

  #widthOf(name: string): number {
    let width = this.#widths.get(name);
    if (width === undefined) this.#widths.set(name, (width = this.#measure.measureText(name).width));
    return width;
  }
}
