/** jschardet, whose table takes a moment to load: only who meets such a file pays for it. */
import { createRequire } from "node:module";
import type { detectAll } from "jschardet";

let detector: { readonly detectAll: typeof detectAll } | undefined;

/** Candidates for the character set of `bytes`, the likeliest first. */
export function charsetCandidates(bytes: Uint8Array): ReturnType<typeof detectAll> {
  // In two steps, as tools read it that copy what a program needs (@vercel/nft).
  const require = createRequire(import.meta.url);
  detector ??= require("jschardet") as NonNullable<typeof detector>;
  return detector.detectAll(Buffer.from(bytes));
}

/** To be awaited before `charsetCandidates` is called. */
export async function charsetDetectorReady(): Promise<void> {}
