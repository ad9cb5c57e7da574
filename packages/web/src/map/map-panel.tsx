/** The panel at `#/map`: all passages as a picture. */
import { useEffect } from "preact/hooks";
import { go, linkTo, route } from "../router.ts";
import { about, status, statusFailure } from "../status.ts";
import { Failure } from "../ui/failure.tsx";
import { counted, shownName } from "../ui/shown.ts";
import { MapDrawing } from "./map-drawing.tsx";
import { MapSide } from "./map-side.tsx";
import { draw, forgetMap, loadMap, mapData, mapFailure, mapStatus } from "./map-state.ts";
import { MapView } from "./map-view.tsx";

let gone = new AbortController();

export function MapPanel() {
  const index = route.value.query.get("index") ?? about.value?.indexes[0];
  const passages = status.value?.chunks;
  useEffect(() => {
    document.title = "Map – ferris";
  }, []);
  useEffect(() => {
    if (index === undefined || passages === undefined) return undefined;
    gone = new AbortController();
    void loadMap(index, gone.signal, passages);
    return () => {
      gone.abort();
      forgetMap();
    };
  }, [index, passages === undefined]);

  if (status.value === null) {
    return statusFailure.value === null ? <p class="loading">Loading…</p> : <Failure message={statusFailure.value} />;
  }
  const held = mapStatus.value;
  const data = mapData.value;
  const drawing = held?.drawing?.state === "drawing" ? held.drawing : null;
  return (
    <div class="map-panel">
      <header class="map-head">
        <h1>Map</h1>
        <IndexChoice index={index} />
        {data !== null && <p class="soft">{said(data)}</p>}
        {data !== null && !data.isTrue && drawing === null && (
          <p class="map-behind">
            {data.added > 0 && `${counted(data.added, "passage is", "passages are")} newer than this map. `}
            {data.removed > 0 && `${counted(data.removed, "passage")} of it are gone. `}
            <button type="button" class="quiet" onClick={() => void draw(index, gone.signal)}>
              Draw it anew
            </button>
          </p>
        )}
      </header>
      {mapFailure.value !== null && <Failure message={mapFailure.value} />}
      {drawing !== null && <MapDrawing drawing={drawing} index={index} />}
      {data !== null && data.points > 0 && (
        <div class="map-body">
          <MapView data={data} index={index} />
          <MapSide data={data} index={index} />
        </div>
      )}
      {data?.points === 0 && <p class="empty">There is nothing in this index to draw.</p>}
      {held !== null && held.map === null && drawing === null && (
        <div class="empty">
          <p>
            There is no map of this index yet. Drawing one of {counted(passages ?? 0, "passage")} takes{" "}
            {(passages ?? 0) > 50_000 ? "a few minutes" : "a minute at most"}, and is done once.
          </p>
          {held.drawing?.error != null && <Failure message={held.drawing.error.message} />}
          <button type="button" disabled={!passages} onClick={() => void draw(index, gone.signal)}>
            Draw the map
          </button>
        </div>
      )}
    </div>
  );
}

function said({
  points,
  passages,
  added,
}: {
  readonly points: number;
  readonly passages: number;
  readonly added: number;
}) {
  return points + added < passages || points === passages
    ? `Each of the ${counted(points, "point")} is a passage. Near each other: they mean something alike.`
    : `${points.toLocaleString("en")} of ${counted(passages, "passage")}. Near each other: they mean something alike.`;
}

function IndexChoice({ index }: { readonly index: string | undefined }) {
  const names = about.value?.indexes ?? [];
  if (names.length < 2) return null;
  return (
    <label>
      <span class="hidden">Index</span>
      <select value={index} onChange={({ currentTarget }) => go(linkTo("map", { index: currentTarget.value }))}>
        {names.map((name) => (
          <option key={name} value={name}>
            {shownName(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
