/**
 * Questions about absolute paths as strings.
 */
import { sep } from "node:path";

/** In an index's folder, what came in on standard input. No index can have this name. */
export const keptInput = "input.d";

/** Whether `path` is `folder` or lies below it. */
export function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
