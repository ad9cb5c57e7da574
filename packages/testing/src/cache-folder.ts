/**
 * Where the test tools keep what they unpack: `testing/` inside metal-candle's own cache folder.
 *
 * The rule is the library's: METAL_CANDLE_CACHE, else XDG_CACHE_HOME, else the platform's cache folder. It stands here a second time because a
 * fresh clone needs the software adapter before any package is built, and because a test of the library's rule must not
 * use the rule it tests. Nothing of ours goes to the temporary folder or elsewhere in HOME.
 */
import { homedir } from "node:os";
import { join } from "node:path";

/** The folder that all of metal-candle's caches share (not made yet). */
export function metalCandleCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.METAL_CANDLE_CACHE) return environment.METAL_CANDLE_CACHE;
  const base =
    environment.XDG_CACHE_HOME ||
    (process.platform === "win32" && environment.LOCALAPPDATA) ||
    (process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache"));
  return join(base, "metal-candle");
}

/** The folder for the adapters, the browser and the browser's profiles. */
export function testingCacheFolder(): string {
  return join(metalCandleCacheFolder(), "testing");
}
