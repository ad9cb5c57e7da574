/** Where ferris keeps what it can make again: $XDG_CACHE_HOME/ferris or ~/.cache/ferris; on Windows below %LOCALAPPDATA%. */
import { homedir } from "node:os";
import { join } from "node:path";
import { caller } from "../caller.ts";

export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const caches =
    environment.XDG_CACHE_HOME ||
    (process.platform === "win32" && environment.LOCALAPPDATA) ||
    join(homedir(), ".cache");
  return join(caches, "ferris");
}

/** Where measured speeds of models are kept. */
export function speedsFile(): string {
  return join(cacheFolder(caller().environment), "speeds.json");
}
