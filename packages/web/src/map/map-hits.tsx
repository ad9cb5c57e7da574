/** What a search in the map found: lit on it, and read here. */
import type { SearchResult } from "ferris";
import { documentLink } from "../document/document-link.ts";
import { Marked } from "../ui/marked.tsx";
import { counted, fileName, shownName, withoutGaps } from "../ui/shown.ts";
import { type MapData, pointOf } from "./map-data.ts";
import { mostHits, opened } from "./map-state.ts";
import { goal, zoom } from "./map-view.tsx";

interface HitsProps {
  readonly data: MapData;
  readonly results: readonly SearchResult[];
  readonly index: string | undefined;
}

const shown = 15;
const hitZoom = 5;

export function MapHits({ data, results, index }: HitsProps) {
  const show = (point: number): void => {
    opened.value = point;
    goal.value = {
      x: data.positions[point * 2]!,
      y: data.positions[point * 2 + 1]!,
      zoom: Math.max(zoom.peek(), hitZoom),
    };
  };
  return (
    <>
      <p class="soft" aria-live="polite">
        {results.length === 0
          ? "Nothing here is relevant."
          : `${results.length === mostHits ? "The best " : ""}${counted(results.length, "passage")} lit on the map`}
      </p>
      <ol class="related compact">
        {results.slice(0, shown).map((result) => {
          const point = pointOf(data, result.chunkId);
          return (
            <li key={result.chunkId}>
              <a href={documentLink({ ...result, index })}>
                <bdi>{shownName(result.title ?? fileName(result.path))}</bdi>
              </a>
              {point >= 0 && (
                <button type="button" class="quiet map-show" onClick={() => show(point)}>
                  Show<span class="hidden"> {shownName(result.title ?? fileName(result.path))} on the map</span>
                </button>
              )}
              <p class="snippet">
                <Marked text={withoutGaps(result.snippet.text)} ranges={result.snippet.highlights} />
              </p>
            </li>
          );
        })}
      </ol>
    </>
  );
}
