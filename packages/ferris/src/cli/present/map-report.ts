/** The map of an index in words, as CSV and as JSON. In parts: a map may have a million points. */
import { noCluster } from "../../map/density-clusters.ts";
import type { CorpusMap, MapLevel } from "../../map/corpus-map.ts";
import { caller } from "../caller.ts";
import { jsonVersion } from "../session.ts";
import type { Palette } from "../terminal/colour.ts";
import { printable } from "../terminal/text.ts";
import { csvField } from "./formats.ts";
import { shownPath } from "./results.ts";

const rowsAtOnce = 1_000;
const mostDocuments = 3;
/** A level of fewer clusters says nothing. */
const fewestClusters = 4;

/** The clusters of the coarsest level that tells something, the largest first, each with the documents that most of it comes from. */
export function clusterLines(map: CorpusMap, colours: Palette): string[] {
  const { clusters, clusterOf } = levelOf(map);
  const width = String(clusters[0]?.size ?? 0).length;
  const alone = clusterOf.reduce((count, cluster) => count + (cluster === noCluster ? 1 : 0), 0);
  const lines = clusters.map(({ words, size }, cluster) => {
    const name = words.length === 0 ? "without a name" : words.map(printable).join(" · ");
    return `${String(size).padStart(width)}  ${colours.strong(name)}  ${colours.faint(documentsOf(map, clusterOf, cluster))}`;
  });
  return alone === 0 ? lines : [...lines, `${String(alone).padStart(width)}  ${colours.faint("in no cluster")}`];
}

/** A header, and a row for each passage with its place and its cluster. */
export function* pointCsv(map: CorpusMap): Generator<string> {
  const { clusters, clusterOf } = levelOf(map);
  const forTerminal = caller().stdout.isTTY === true;
  yield "passage,path,type,x,y,cluster,words\r\n";
  for (const points of inParts(map.ids.length)) {
    const rows = points.map((point) => {
      const { path, type } = map.documents[map.documentOf[point]!]!;
      const cluster = clusterOf[point]!;
      const words = clusters[cluster]?.words.join(" ") ?? null;
      const place = [map.positions[point * 2]!, map.positions[point * 2 + 1]!];
      const values = [map.ids[point]!, path, type, ...place, cluster === noCluster ? null : cluster, words];
      return `${values.map((value) => csvField(value, forTerminal)).join(",")}\r\n`;
    });
    yield rows.join("");
  }
}

/** One object: the map's levels of clusters, its documents, and a point for each passage with its cluster of each level. */
export function* pointJson(map: CorpusMap, index: string): Generator<string> {
  const { ids, positions, documentOf, documents, levels, drawnTime, passages, added, removed } = map;
  const drawn = { drawnTime, drawnTimeIso: new Date(drawnTime).toISOString() };
  const named = levels.map(({ clusters }) => ({ clusters }));
  const head = { version: jsonVersion, index, ...drawn, passages, added, removed, levels: named, documents };
  yield `${JSON.stringify(head).slice(0, -1)},"points":[`;
  for (const points of inParts(ids.length)) {
    const parts = points.map((point) =>
      JSON.stringify({
        passage: ids[point],
        document: documents[documentOf[point]!]!.id,
        x: positions[point * 2],
        y: positions[point * 2 + 1],
        clusters: levels.map(({ clusterOf }) => (clusterOf[point] === noCluster ? null : clusterOf[point])),
      }),
    );
    yield `${points[0] === 0 ? "" : ","}${parts.join(",")}`;
  }
  yield "]}\n";
}

function levelOf({ levels }: CorpusMap): MapLevel {
  const telling = levels.find(({ clusters }) => clusters.length >= fewestClusters);
  return telling ?? levels.at(-1) ?? { clusters: [], clusterOf: new Uint16Array(0) };
}

function documentsOf({ documents, documentOf }: CorpusMap, clusterOf: Uint16Array, cluster: number): string {
  const counts = new Map<number, number>();
  clusterOf.forEach((own, point) => {
    if (own === cluster) counts.set(documentOf[point]!, (counts.get(documentOf[point]!) ?? 0) + 1);
  });
  const most = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, mostDocuments);
  const names = most.map(([place]) => printable(shownPath(documents[place]!.path, caller().folder)));
  const more = counts.size > most.length ? ` and ${counts.size - most.length} more` : "";
  return `${names.join(", ")}${more}`;
}

function* inParts(length: number): Generator<number[]> {
  for (let first = 0; first < length; first += rowsAtOnce) {
    yield Array.from({ length: Math.min(rowsAtOnce, length - first) }, (_, i) => first + i);
  }
}
