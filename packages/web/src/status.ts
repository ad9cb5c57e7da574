/** What the server has: asked for once, and again when something is known to have changed. */
import { signal } from "@preact/signals";
import type { Freshness, StoreStatistics } from "ferris";
import { callJson } from "./api.ts";

export interface ServerStatus extends StoreStatistics {
  readonly version: string;
  /** The name of the index that this is about. */
  readonly index: string;
  /** Of all that are served. */
  readonly indexes: readonly string[];
  readonly freshness: Freshness;
}

/** What the server is. */
export interface About {
  readonly version: string;
  /** By name. */
  readonly indexes: readonly string[];
  /** Whether it opens documents in an editor. */
  readonly opensFiles: boolean;
}

export const about = signal<About | null>(null);
/** Null until the server has answered, and where it has no index. */
export const status = signal<ServerStatus | null>(null);
/** Why there is none. */
export const statusFailure = signal<string | null>(null);

export async function loadStatus(): Promise<void> {
  try {
    about.value = await callJson<About>("/about");
    const [index] = about.value.indexes;
    status.value = await callJson<ServerStatus>("/status", { query: { index } });
    statusFailure.value = null;
  } catch (error) {
    statusFailure.value = (error as Error).message;
  }
}

/** A path from the folder that was indexed on, which is what people know; whole where it is below none. */
export function pathWithinIndex(path: string): string {
  const roots = (status.value?.roots ?? []).filter((root) => path === root || /^[\\/]/.test(path.slice(root.length)));
  const root = roots.filter((each) => path.startsWith(each)).toSorted((a, b) => b.length - a.length)[0];
  if (root === undefined) return path;
  const above = root.length - (root.split(/[\\/]/).at(-1) ?? "").length;
  return path.slice(above);
}
