/**
 * Makes a folder and those above it. Not `mkdir` with `recursive`: where a file system says of a folder that is there that nothing is
 * (as /proc does when something is to be made in it), Node's own goes round for ever, past Ctrl-C.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { statIfThere } from "./stat-if-there.ts";

/**
 * @returns whether it was not there before
 * @throws the system's error: no permission, a file in the way, a file system that takes no folders
 */
export function makeFolder(path: string): boolean {
  const missing: string[] = [];
  for (let place = resolve(path); statIfThere(place) === undefined; place = dirname(place)) {
    missing.push(place);
  }
  for (const place of missing.toReversed()) {
    try {
      mkdirSync(place);
    } catch (error) {
      // Somebody else made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  if (missing.length === 0 && !statSync(path).isDirectory()) {
    throw Object.assign(new Error(`${path} is not a folder`), { code: "ENOTDIR" });
  }
  return missing.length > 0;
}
