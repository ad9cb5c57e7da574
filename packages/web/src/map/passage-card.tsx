/** What a point of the map is: its document, and how its passage begins. Over the map, or in the list beside it. */
import type { DocumentPassage } from "ferris";
import { callJson } from "../api.ts";
import { documentLink } from "../document/document-link.ts";
import { useLoaded } from "../ui/loaded.ts";
import { fileName, shownName, shownText } from "../ui/shown.ts";
import type { MapData } from "./map-data.ts";

interface PassageCardProps {
  readonly data: MapData;
  readonly point: number;
  readonly index: string | undefined;
  /** Over the map: where the pointer is. */
  readonly at?: { readonly x: number; readonly y: number };
}

const mostLetters = 320;
/** Whoever crosses the map with the pointer asks for nothing. */
const stillMs = 90;

export function PassageCard({ data, point, index, at }: PassageCardProps) {
  const document = data.documents[data.documentOf[point]!]!;
  const id = data.ids[point]!;
  const loaded = useLoaded(`${index ?? ""}/${id}`, async (signal) => {
    await new Promise((resolve) => setTimeout(resolve, at === undefined ? 0 : stillMs));
    signal.throwIfAborted();
    return callJson<DocumentPassage>(`/passages/${id}`, { query: { index }, signal });
  }).value;
  const passage = loaded.state === "done" ? loaded.value : null;
  const lines = passage?.lines ?? [];
  const text = lines.map((line) => line.text).join("\n");
  const first = lines[0]?.number;
  return (
    <div class={`passage-card${at === undefined ? "" : " floating"}`} style={at && placeOf(at)}>
      <p class="place">
        <bdi>
          <b>{shownName(fileName(document.path))}</b>
        </bdi>
        <span>{document.type}</span>
        {first !== undefined && <span>line {first}</span>}
      </p>
      {passage !== null && passage.headingPath.length > 0 && (
        <p class="headings">{passage.headingPath.slice(-2).map(shownName).join(" › ")}</p>
      )}
      <p class="snippet">
        {loaded.state === "loading" && "…"}
        {loaded.state === "failed" && shownText(loaded.message)}
        {shownText(text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text)}
      </p>
      {at === undefined && (
        <p>
          <a
            href={documentLink({
              path: document.path,
              ...(first !== undefined && { startLine: first, endLine: lines.at(-1)!.number }),
              index,
            })}
          >
            Open the document
          </a>
        </p>
      )}
    </div>
  );
}

/** On the side of the pointer where there is room. */
function placeOf({ x, y }: { readonly x: number; readonly y: number }) {
  const frame = document.querySelector(".map-frame")?.getBoundingClientRect();
  const [width, height] = [frame?.width ?? 800, frame?.height ?? 600];
  return {
    ...(x > width / 2 ? { right: `${width - x + 14}px` } : { left: `${x + 14}px` }),
    ...(y > height / 2 ? { bottom: `${height - y + 14}px` } : { top: `${y + 14}px` }),
  };
}
