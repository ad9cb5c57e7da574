/** How the drawing of the map goes, and the way to stop it. */
import { counted } from "../ui/shown.ts";
import { cancelDrawing, type Drawing } from "./map-state.ts";

const stages: Readonly<Record<string, string>> = {
  vectors: "reading vectors",
  neighbours: "finding neighbours",
  layout: "laying them out",
  clusters: "finding clusters",
  names: "naming them",
};

export function MapDrawing({ drawing, index }: { readonly drawing: Drawing; readonly index: string | undefined }) {
  const { stage = "vectors", part = 0, points = 0, seconds = 0 } = drawing.progress ?? {};
  const left = part > 0.15 && seconds > 3 ? (seconds / part) * (1 - part) : null;
  return (
    <section class="map-drawing" aria-label="Drawing the map">
      <p>
        Drawing the map{points > 0 && ` of ${counted(points, "passage")}`}: {stages[stage] ?? stage}
        {left !== null && (
          <span class="soft"> · about {left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left</span>
        )}
      </p>
      <progress value={part} max={1} aria-label="Drawing the map" />
      <button type="button" class="quiet" onClick={() => void cancelDrawing(index)}>
        Stop
      </button>
    </section>
  );
}
