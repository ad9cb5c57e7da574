/** How paths are written in a page: as on Linux. */

export const sep = "/";

/** Whether Notes and notes are one name. */
export const foldsCase = false;

export function basename(path: string): string {
  return path.replace(/\/+$/, "").split("/").at(-1)!;
}

/** A page has no working folder: a path is what it is. */
export function resolve(path: string): string {
  return path;
}
