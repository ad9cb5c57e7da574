/** Hands, wheels and keys on the map: moving, zooming, pointing, and drawing a line around points. */
import type { Viewport } from "./viewport.ts";

export interface GestureActions {
  /** The view has changed. */
  readonly moved: () => void;
  /** The pointer is here, in pixels of the element; null: it is gone. */
  readonly pointed: (at: { readonly x: number; readonly y: number } | null) => void;
  readonly clicked: (x: number, y: number) => void;
  /** The line so far, in places of the map; `isDone`: let go. */
  readonly lassoed: (outline: readonly (readonly [number, number])[], isDone: boolean) => void;
  readonly escaped: () => void;
  /** Whether dragging draws a line. */
  readonly isLasso: () => boolean;
}

const keyPan = 60;
const keyZoom = 1.4;
/** A hand is never quite still. */
const clickPixels = 5;
const linePixels = 4;

/** Listens until the signal is aborted. */
export function followGestures(
  element: HTMLElement,
  view: Viewport,
  actions: GestureActions,
  signal: AbortSignal,
): void {
  const pointers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  let outline: [number, number][] | null = null;
  let last = { x: 0, y: 0 };

  const on = <Name extends keyof HTMLElementEventMap>(name: Name, act: (event: HTMLElementEventMap[Name]) => void) =>
    element.addEventListener(name, act, { signal, passive: false });
  const placeOf = (event: MouseEvent): { x: number; y: number } => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    const place = placeOf(event);
    pointers.set(event.pointerId, place);
    last = place;
    travelled = 0;
    outline =
      pointers.size === 1 && (actions.isLasso() || event.shiftKey)
        ? [[view.toMapX(place.x), view.toMapY(place.y)]]
        : null;
  });

  on("pointermove", (event) => {
    const place = placeOf(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) return actions.pointed(event.pointerType === "touch" ? null : place);
    const [dx, dy] = [place.x - before.x, place.y - before.y];
    travelled += Math.hypot(dx, dy);
    if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)![1];
      const [was, is] = [
        Math.hypot(before.x - other.x, before.y - other.y),
        Math.hypot(place.x - other.x, place.y - other.y),
      ];
      view.pan(dx / 2, dy / 2);
      if (was > 0 && is > 0) view.zoomAt((place.x + other.x) / 2, (place.y + other.y) / 2, is / was);
      pointers.set(event.pointerId, place);
      return actions.moved();
    }
    pointers.set(event.pointerId, place);
    if (outline === null) {
      view.pan(dx, dy);
      actions.pointed(null);
      return actions.moved();
    }
    if (Math.hypot(place.x - last.x, place.y - last.y) < linePixels) return undefined;
    last = place;
    outline.push([view.toMapX(place.x), view.toMapY(place.y)]);
    return actions.lassoed(outline, false);
  });

  const up = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId)) return;
    if (outline !== null && travelled > clickPixels) actions.lassoed(outline, true);
    else if (travelled <= clickPixels && event.type === "pointerup")
      actions.clicked(placeOf(event).x, placeOf(event).y);
    outline = null;
  };
  on("pointerup", up);
  on("pointercancel", up);
  on("pointerleave", () => actions.pointed(null));

  on("wheel", (event) => {
    event.preventDefault();
    const { x, y } = placeOf(event);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    view.zoomAt(x, y, Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 100 : 400)));
    actions.moved();
  });

  on("dblclick", (event) => {
    const { x, y } = placeOf(event);
    view.zoomAt(x, y, 2);
    actions.moved();
  });

  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => view.pan(keyPan, 0),
    ArrowRight: () => view.pan(-keyPan, 0),
    ArrowUp: () => view.pan(0, keyPan),
    ArrowDown: () => view.pan(0, -keyPan),
    "+": () => view.zoomAt(view.width / 2, view.height / 2, keyZoom),
    "=": () => view.zoomAt(view.width / 2, view.height / 2, keyZoom),
    "-": () => view.zoomAt(view.width / 2, view.height / 2, 1 / keyZoom),
    "0": () => view.reset(),
  };
  on("keydown", (event) => {
    if (event.key === "Escape") return actions.escaped();
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (act === undefined) return undefined;
    event.preventDefault();
    act();
    return actions.moved();
  });
}
