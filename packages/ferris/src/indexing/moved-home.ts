/**
 * An index that lies in `.ferris` belongs to the folder around it: its home. When that folder was moved or copied with the index in it,
 * what the index knows of the old home is true of the new one.
 *
 * The index remembers where its home was. Here old paths become new ones, so that a moved or copied folder costs no embedding and its
 * results lead into it and not into the original.
 */
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { isAtOrBelow } from "../files/paths.ts";
import type { Store } from "../store/store.ts";

/** The folder that the index in `folder` is at home in; null for one that lies where --db said. */
export function homeOf(folder: string): string | null {
  for (const place of [folder, dirname(folder)]) if (basename(place) === ".ferris") return dirname(place);
  return null;
}

export interface MovedHome {
  readonly from: string;
  readonly to: string;
}

/** Where a path of the old home is now; the path itself where it is elsewhere. */
export function pathAfter({ from, to }: MovedHome, path: string): string {
  return isAtOrBelow(path, from) ? to + path.slice(from.length) : path;
}

/** Where a path of the new home was. */
export function pathBefore({ from, to }: MovedHome, path: string): string {
  return isAtOrBelow(path, to) ? from + path.slice(to.length) : path;
}

/** The move since the last run, its roots already those of the new home; null where there was none. */
export async function findMove(store: Store, indexFolder: string): Promise<MovedHome | null> {
  const to = homeOf(indexFolder);
  const from = await store.home();
  if (to === null || from === null || from === to) return null;
  const move = { from, to };
  const roots = (await store.statistics()).roots.filter((root) => isAtOrBelow(root, from));
  const kept = roots.flatMap((root) => {
    const now = pathAfter(move, root);
    return existsSync(now) ? [now] : existsSync(root) ? [root] : [];
  });
  await store.forgetRoots([from]);
  await store.addRoots(kept);
  return move;
}

/** After a run: the old home is forgotten once nothing is known by its paths any more. Dead roots without documents go too. */
export async function settleHome(store: Store, indexFolder: string | null, move: MovedHome | null): Promise<void> {
  const home = indexFolder === null ? null : homeOf(indexFolder);
  const isLeft = (folder: string) => store.documents({ under: [folder] }).then(({ length }) => length > 0);
  if (home !== null && (move === null || isAtOrBelow(home, move.from) || !(await isLeft(move.from)))) {
    await store.setHome(home);
  }
  for (const root of (await store.statistics()).roots) {
    if (!existsSync(root) && !(await isLeft(root))) await store.forgetRoots([root]);
  }
}
