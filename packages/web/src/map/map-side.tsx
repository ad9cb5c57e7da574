/** Beside the map: a search in it, what the colours mean, what is picked, and the clusters as a list: the map in words. */
import { useEffect, useMemo } from "preact/hooks";
import { go, linkTo, route } from "../router.ts";
import { counted } from "../ui/shown.ts";
import { type ColourBy, mostColours } from "./groups.ts";
import { levelFor } from "./label-layer.ts";
import { type MapData, nameOf } from "./map-data.ts";
import { MapHits } from "./map-hits.tsx";
import {
  colourBy,
  grouping,
  hits,
  isSearching,
  opened,
  pick,
  picked,
  pickedDocuments,
  pickedFrom,
  searchMap,
} from "./map-state.ts";
import { goal, zoom } from "./map-view.tsx";
import { PassageCard } from "./passage-card.tsx";

interface SideProps {
  readonly data: MapData;
  readonly index: string | undefined;
}

const typingMs = 120;

export function MapSide({ data, index }: SideProps) {
  const query = route.value.query.get("q") ?? "";
  const chosen = picked.value;
  useEffect(() => void searchMap(query, index), [query, index, chosen, data]);
  const type = useMemo(
    () =>
      later((text: string) =>
        go(linkTo("map", { index: route.peek().query.get("index"), q: text }), { replace: true }),
      ),
    [],
  );
  return (
    <aside class="map-side">
      <input
        type="search"
        aria-label="Search in the map"
        placeholder={chosen === null ? "Search in the map" : "Search in what is picked"}
        value={query}
        onInput={({ currentTarget }) => type(currentTarget.value)}
      />
      {chosen !== null && (
        <p class="map-picked" aria-live="polite">
          <span>
            {counted(chosen.length, "passage")} of {counted(pickedDocuments.value?.size ?? 0, "document")} picked
            {pickedFrom.value !== "" && ` by ${pickedFrom.value}`}
          </span>
          <button type="button" class="quiet" onClick={() => pick(null)}>
            Clear
          </button>
        </p>
      )}
      {opened.value !== null && (
        <section aria-label="The chosen passage" class="map-opened">
          <PassageCard key={opened.value} data={data} point={opened.value} index={index} />
        </section>
      )}
      <div class="map-hits" aria-busy={isSearching.value}>
        {hits.value !== null && <MapHits data={data} results={hits.value} index={index} />}
      </div>
      <Legend data={data} />
      <Clusters data={data} />
    </aside>
  );
}

const ways: readonly (readonly [ColourBy, string])[] = [
  ["cluster", "Cluster"],
  ["folder", "Folder"],
  ["type", "Type"],
];

function Legend({ data }: { readonly data: MapData }) {
  const { groups, groupOf, hasOthers } = grouping.value!;
  const choose = (group: number): void => {
    const points: number[] = [];
    for (let point = 0; point < data.ids.length; point++) if (groupOf[point] === group) points.push(point);
    pick(points, `“${groups[group]!.name}”`);
  };
  return (
    <section aria-label="Colours">
      <fieldset class="map-ways">
        <legend>Coloured by</legend>
        {ways.map(([way, title]) => (
          <label key={way}>
            <input
              type="radio"
              name="colour-by"
              checked={colourBy.value === way}
              onChange={() => (colourBy.value = way)}
            />
            {title}
          </label>
        ))}
      </fieldset>
      <ul class="map-legend">
        {groups.map(({ name, size }, group) => (
          <li key={name}>
            <button type="button" class="quiet" title="Pick these passages" onClick={() => choose(group)}>
              <span
                aria-hidden="true"
                class={`map-swatch ${hasOthers && group === groups.length - 1 ? "map-colour-other" : `map-colour-${Math.min(mostColours, group + 1)}`}`}
              />
              <bdi>{name}</bdi>
              <span class="count">{size.toLocaleString("en")}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const shownAtFirst = 12;
const clusterZoom = 3.5;

/** Those of the level whose names are on the map now. */
function Clusters({ data }: { readonly data: MapData }) {
  const level = levelFor(data, zoom.value);
  const { clusters, clusterOf } = data.levels[level] ?? { clusters: [], clusterOf: new Uint16Array(0) };
  if (clusters.length === 0) return null;
  const choose = (cluster: number): void => {
    const points: number[] = [];
    clusterOf.forEach((own, point) => own === cluster && points.push(point));
    pick(points, `“${nameOf(clusters[cluster]!)}”`);
  };
  const rows = clusters.map((cluster, place) => (
    <li key={place}>
      <button
        type="button"
        class="quiet"
        title="Go there"
        onClick={() =>
          (goal.value = { x: cluster.x, y: cluster.y, zoom: Math.max(zoom.peek(), clusterZoom * 1.8 ** level) })
        }
      >
        <bdi>{nameOf(cluster)}</bdi>
        <span class="count">{cluster.size.toLocaleString("en")}</span>
      </button>
      <button type="button" class="quiet" onClick={() => choose(place)}>
        Pick<span class="hidden"> {nameOf(cluster)}</span>
      </button>
    </li>
  ));
  return (
    <section class="map-clusters" aria-labelledby="map-clusters-title">
      <h2 id="map-clusters-title">{counted(clusters.length, "cluster")}</h2>
      <ul>{rows.slice(0, shownAtFirst)}</ul>
      {rows.length > shownAtFirst && (
        <details>
          <summary>{rows.length - shownAtFirst} more</summary>
          <ul>{rows.slice(shownAtFirst)}</ul>
        </details>
      )}
    </section>
  );
}

function later(act: (text: string) => void): (text: string) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(text), typingMs);
  };
}
