/** jschardet, whose table has a megabyte: fetched when a file needs it. */
import type { detectAll } from "jschardet";

let detector: { readonly detectAll: typeof detectAll } | undefined;

/** Candidates for the character set of `bytes`, the likeliest first; none before `charsetDetectorReady`. */
export function charsetCandidates(bytes: Uint8Array): ReturnType<typeof detectAll> {
  return detector?.detectAll(bytes) ?? [];
}

/** To be awaited before `charsetCandidates` is called. */
export async function charsetDetectorReady(): Promise<void> {
  detector ??= await import("jschardet");
}
