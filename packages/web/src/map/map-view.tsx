/** The picture itself: points on a canvas, names over it, and what hands and keys do to it. */
import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { theme } from "../theme.ts";
import { followGestures } from "./gestures.ts";
import { groupsOf, mostColours } from "./groups.ts";
import { LabelLayer } from "./label-layer.ts";
import { pointsWithin } from "./lasso.ts";
import { mapColours } from "./map-colours.ts";
import { type MapData, pointOf } from "./map-data.ts";
import { colourBy, hits, isLasso, opened, pick, picked } from "./map-state.ts";
import { PassageCard } from "./passage-card.tsx";
import { PointGrid } from "./point-grid.ts";
import { PointPainter } from "./point-painter.ts";
import { Viewport } from "./viewport.ts";

/** More would be drawn for nothing: a point is larger than a pixel. */
const mostDensity = 2;
const hoverPixels = 9;

/** The point under the pointer, and where that is. */
const hovered = signal<{ readonly point: number; readonly x: number; readonly y: number } | null>(null);
/** Asks the picture to go somewhere: from the list of clusters. */
export const goal = signal<{ readonly x: number; readonly y: number; readonly zoom: number } | null>(null);
export const zoom = signal(1);

export function MapView({ data, index }: { readonly data: MapData; readonly index: string | undefined }) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const line = useRef<HTMLCanvasElement>(null);
  const labels = useRef<HTMLDivElement>(null);
  useEffect(() => show(data, frame.current!, canvas.current!, line.current!, labels.current!), [data]);
  const over = hovered.value;
  return (
    <div class="map-view">
      <div
        ref={frame}
        class={`map-frame${isLasso.value ? " lasso" : ""}${over === null ? "" : " over"}`}
        tabIndex={0}
        role="application"
        aria-label="Map of all passages. Arrow keys move it, plus and minus zoom, 0 shows all of it, Escape ends a selection. The list of clusters says the same in words."
      >
        <canvas ref={canvas} aria-hidden="true" />
        <div ref={labels} class="map-labels" aria-hidden="true" />
        <canvas ref={line} class="map-line" aria-hidden="true" hidden />
        {over !== null && <PassageCard key={over.point} data={data} point={over.point} index={index} at={over} />}
      </div>
      <div class="map-tools" role="toolbar" aria-label="Map">
        <button type="button" class="quiet" title="Zoom in (+)" onClick={() => zoomBy(1.6)}>
          <span aria-hidden="true">+</span>
          <span class="hidden">Zoom in</span>
        </button>
        <button type="button" class="quiet" title="Zoom out (−)" onClick={() => zoomBy(1 / 1.6)}>
          <span aria-hidden="true">−</span>
          <span class="hidden">Zoom out</span>
        </button>
        <button type="button" class="quiet" title="Show all of it (0)" onClick={() => zoomBy(0)}>
          All
        </button>
        <button
          type="button"
          class="quiet"
          aria-pressed={isLasso.value}
          title="Draw a line around points to pick them; or hold Shift"
          onClick={() => (isLasso.value = !isLasso.value)}
        >
          Lasso
        </button>
      </div>
    </div>
  );
}

/** Set by the picture that is shown. */
let zoomBy: (factor: number) => void = () => {};

/** Runs until the function that it returns is called. */
function show(
  data: MapData,
  frame: HTMLDivElement,
  canvas: HTMLCanvasElement,
  line: HTMLCanvasElement,
  labelElement: HTMLElement,
): () => void {
  const view = new Viewport();
  const painter = new PointPainter(canvas.getContext("2d", { willReadFrequently: true })!, data.positions);
  const lines = line.getContext("2d")!;
  const labels = new LabelLayer(labelElement);
  const grid = new PointGrid(data.positions);
  const emphasis = new Uint8Array(data.ids.length).fill(1);
  const ended = new AbortController();
  let density = 1;
  let { groupOf, groups, hasOthers } = groupsOf(data, colourBy.peek());
  let colours: number[][] = [];
  let frameAsked = 0;

  const redraw = (): void => {
    frameAsked ||= requestAnimationFrame(() => {
      frameAsked = 0;
      performance.mark("map:frame");
      painter.paint({ colourOf: groupOf, colours, emphasis }, view, density);
      labels.place(data, view);
      zoom.value = view.zoom;
    });
  };
  const resize = (): void => {
    const { width, height } = frame.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    density = Math.min(mostDensity, devicePixelRatio);
    Object.assign(view, { width, height });
    for (const each of [canvas, line]) {
      each.width = Math.round(width * density);
      each.height = Math.round(height * density);
    }
    redraw();
  };
  const colour = (): void => {
    ({ groupOf, groups, hasOthers } = groupsOf(data, colourBy.value));
    const all = mapColours(frame);
    const own = hasOthers ? groups.length - 1 : groups.length;
    colours = [...all.slice(0, own), all[mostColours]!];
    redraw();
  };
  const outlined = (outline: readonly (readonly [number, number])[], isDone: boolean): void => {
    lines.clearRect(0, 0, line.width, line.height);
    // Without a line it would be put together with all else in each frame, for nothing.
    line.hidden = isDone;
    if (isDone) {
      pick(pointsWithin(data.positions, outline), "the lasso");
      isLasso.value = false;
      return;
    }
    lines.strokeStyle = getComputedStyle(frame).getPropertyValue("color");
    lines.lineWidth = 1.5 * density;
    lines.setLineDash([5 * density, 4 * density]);
    lines.beginPath();
    for (const [x, y] of outline) lines.lineTo(view.toScreenX(x) * density, view.toScreenY(y) * density);
    lines.closePath();
    lines.stroke();
  };

  followGestures(
    frame,
    view,
    {
      moved: redraw,
      pointed: (at) => {
        const point =
          at === null
            ? -1
            : grid.nearest(
                view.toMapX(at.x),
                view.toMapY(at.y),
                hoverPixels / view.scale,
                (each) => emphasis[each] !== 0,
              );
        if (point !== (hovered.peek()?.point ?? -1))
          hovered.value = point < 0 || at === null ? null : { point, x: at.x, y: at.y };
      },
      clicked: (x, y) => {
        const point = grid.nearest(view.toMapX(x), view.toMapY(y), (hoverPixels * 1.5) / view.scale);
        opened.value = point < 0 ? null : point;
      },
      lassoed: outlined,
      escaped: () => {
        if (isLasso.value) isLasso.value = false;
        else pick(null);
      },
      isLasso: () => isLasso.peek(),
    },
    ended.signal,
  );
  zoomBy = (factor) => {
    if (factor === 0) view.reset();
    else view.zoomAt(view.width / 2, view.height / 2, factor);
    redraw();
  };
  const sizes = new ResizeObserver(resize);
  sizes.observe(frame);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", colour, { signal: ended.signal });
  const ends = [
    effect(() => {
      void (theme.value, colourBy.value);
      // The theme is on the root element a moment later.
      queueMicrotask(colour);
    }),
    effect(() => {
      emphasise(
        emphasis,
        data,
        picked.value,
        hits.value?.map(({ chunkId }) => pointOf(data, chunkId)) ?? null,
        opened.value,
      );
      redraw();
    }),
    effect(() => {
      if (goal.value === null) return;
      view.goTo(goal.value.x, goal.value.y, goal.value.zoom);
      redraw();
    }),
  ];
  resize();
  return () => {
    ended.abort();
    sizes.disconnect();
    cancelAnimationFrame(frameAsked);
    for (const end of ends) end();
    hovered.value = goal.value = null;
  };
}

/** What is lit: hits in front of what is picked, and all else faint. */
function emphasise(
  emphasis: Uint8Array,
  data: MapData,
  points: readonly number[] | null,
  lit: readonly number[] | null,
  open: number | null,
): void {
  emphasis.fill(points === null && lit === null ? 1 : 0);
  for (const point of points ?? []) emphasis[point] = 1;
  for (const point of lit ?? []) if (point >= 0 && point < data.ids.length) emphasis[point] = 2;
  if (open !== null) emphasis[open] = 2;
}
