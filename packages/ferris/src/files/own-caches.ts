/** Folders of the user's cache in which ferris and metal-candle keep what they can make again. None of it is anybody's document. */
import { homedir } from "node:os";
import { join } from "node:path";

/** Absolute; of those that the surroundings name today. They need not be there. */
export function ownCaches(): string[] {
  const own = process.env["METAL_CANDLE_CACHE"];
  const general = generalCache();
  return [...(own ? [own] : []), ...(general ? [join(general, "ferris"), join(general, "metal-candle")] : [])];
}

/** Where programs keep their caches; null where the user has no home. */
export function generalCache(): string | null {
  const home = homedir();
  return (
    process.env["XDG_CACHE_HOME"] ||
    (process.platform === "win32" && process.env["LOCALAPPDATA"]) ||
    (home ? join(home, process.platform === "darwin" ? "Library/Caches" : ".cache") : null)
  );
}
