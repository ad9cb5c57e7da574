/** What is at a path, where nothing at all, or a file in place of one of its folders, is not an error. */
import { lstatSync, type Stats, statSync } from "node:fs";

/** Follows symbolic links. @throws the system's other errors: no permission, a loop of links */
export function statIfThere(path: string): Stats | undefined {
  return unlessMissing(() => statSync(path, { throwIfNoEntry: false }));
}

/** The link itself, where there is one. */
export function lstatIfThere(path: string): Stats | undefined {
  return unlessMissing(() => lstatSync(path, { throwIfNoEntry: false }));
}

function unlessMissing(look: () => Stats | undefined): Stats | undefined {
  try {
    return look();
  } catch (error) {
    // Node's own option knows of ENOENT alone.
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
