/** What points are coloured by: the folder, the type or the cluster. The largest groups have colours of their own, the rest share one. */
import { shownName } from "../ui/shown.ts";
import { type MapData, nameOf, noCluster } from "./map-data.ts";

export type ColourBy = "cluster" | "folder" | "type";

export interface Group {
  readonly name: string;
  readonly size: number;
}

export interface Grouping {
  /** The largest first; the last is "everything else", where there is any. */
  readonly groups: readonly Group[];
  /** For each point the place of its group. */
  readonly groupOf: Uint8Array;
  readonly hasOthers: boolean;
}

/** As many as a person can tell apart, with or without all of their colour vision. */
export const mostColours = 8;

export function groupsOf(data: MapData, by: ColourBy): Grouping {
  if (by === "cluster") {
    const { clusters, clusterOf } = data.levels[baseLevel(data)] ?? { clusters: [], clusterOf: new Uint16Array(0) };
    return grouped(
      data.ids.length,
      (point) => clusterOf[point] ?? noCluster,
      (key) => (key === noCluster ? null : nameOf(clusters[key]!)),
    );
  }
  const keys = new Map<string, number>();
  const names: string[] = [];
  const folderOf = by === "folder" ? foldersOf(data) : null;
  const keyOf = data.documents.map((document, i) => {
    const name = folderOf === null ? document.type : folderOf[i]!;
    if (!keys.has(name)) {
      keys.set(name, names.length);
      names.push(name);
    }
    return keys.get(name)!;
  });
  return grouped(
    data.ids.length,
    (point) => keyOf[data.documentOf[point]!]!,
    (key) => names[key]!,
  );
}

/** The coarsest level that says something: one with a few clusters. */
export function baseLevel({ levels }: MapData): number {
  const found = levels.findIndex(({ clusters }) => clusters.length >= 4);
  return found >= 0 ? found : Math.max(0, levels.length - 1);
}

function grouped(
  points: number,
  keyOf: (point: number) => number,
  nameOfKey: (key: number) => string | null,
): Grouping {
  const sizes = new Map<number, number>();
  for (let point = 0; point < points; point++) sizes.set(keyOf(point), (sizes.get(keyOf(point)) ?? 0) + 1);
  const named = [...sizes].filter(([key]) => nameOfKey(key) !== null).toSorted(([a, x], [b, y]) => y - x || a - b);
  const own = named.slice(0, mostColours);
  const placeOf = new Map(own.map(([key], i) => [key, i]));
  const groupOf = Uint8Array.from({ length: points }, (_, point) => placeOf.get(keyOf(point)) ?? own.length);
  const groups = own.map(([key, size]) => ({ name: shownName(nameOfKey(key)!), size }));
  const others = points - own.reduce((sum, [, size]) => sum + size, 0);
  if (others > 0) groups.push({ name: "everything else", size: others });
  return { groups, groupOf, hasOthers: others > 0 };
}

/** For each document its folder below what all of them share, no deeper than where they part. */
function foldersOf({ documents }: MapData): string[] {
  const folders = documents.map(({ path }) => path.split(/[\\/]/).slice(0, -1));
  let shared = 0;
  while (folders.length > 0 && folders.every((steps) => steps.length > shared && steps[shared] === folders[0]![shared]))
    shared++;
  return folders.map((steps) => steps[shared] ?? steps.at(-1) ?? "/");
}
