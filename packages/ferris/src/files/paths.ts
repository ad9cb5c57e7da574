/**
 * Questions about absolute paths as strings.
 */
import { foldsCase, sep } from "#platform/paths";

/** In an index's folder, what came in on standard input. No index can have this name. */
export const keptInput = "input.d";

/** One spelling for what a file system, or a person, takes for one name: composed, and in one case where case does not count. */
export function asNamed(path: string): string {
  // Most paths are plain, and this is asked of each.
  const composed = /[^\0-\x7f]/.test(path) ? path.normalize("NFC") : path;
  return foldsCase ? composed.toLowerCase() : composed;
}

/**
 * `path` spelled as `real` is from the end on, as far as the two are names of the same: a file system that takes Notes and notes for one
 * folder has one spelling for it, which `real` has.
 */
export function spelledAs(path: string, real: string): string {
  const parts = path.split(sep);
  const reals = real.split(sep);
  for (let back = 1; back <= Math.min(parts.length, reals.length); back++) {
    const part = reals.at(-back)!;
    if (part.normalize("NFC").toLowerCase() !== parts.at(-back)!.normalize("NFC").toLowerCase()) break;
    parts[parts.length - back] = part;
  }
  return parts.join(sep);
}

/** Whether `path` is `folder` or lies below it. */
export function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
