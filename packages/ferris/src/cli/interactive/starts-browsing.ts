/** Whether `ferris` without a command is somebody who wants to search: on a terminal, with an index to search in. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileName, indexFolder } from "../../store/places.ts";
import { resolveSettings } from "../config/resolve.ts";

/** @param line the words of the command line, without the program's name */
export function startsBrowsing(line: readonly string[]): boolean {
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.TERM === "dumb") return false;
  if (!hasOnlyPlaces(line)) return false;
  if (line.length > 0) return true;
  try {
    const { db, index } = resolveSettings({ flags: {}, environment: process.env, folder: process.cwd() }).values;
    return existsSync(join(indexFolder(process.cwd(), { ...(db === null ? {} : { db }), name: index }), fileName));
  } catch {
    // Settings that are wrong are said by whatever command comes next.
    return false;
  }
}

/** Nothing but --db and --index, with their values. */
function hasOnlyPlaces(line: readonly string[]): boolean {
  for (let i = 0; i < line.length; i++) {
    const word = line[i]!;
    if (word === "--db" || word === "--index") i++;
    else if (!/^--(?:db|index)=/.test(word) && word !== "--no-color") return false;
  }
  return true;
}
