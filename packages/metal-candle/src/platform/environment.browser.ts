/** The environment door, the page's side: no variables, no home, and the threads that the browser admits to. */
import { keptModels } from "./snapshots.browser.ts";

/** A page has no environment variables. */
export function environmentVariable(_name: string): string | undefined {
  return undefined;
}

/** A page has no home folder. */
export function homeFolder(): string | null {
  return null;
}

/** Threads worth starting. */
export function availableThreads(): number {
  return Math.max(1, globalThis.navigator?.hardwareConcurrency ?? 1);
}

/** Whether folders of models are URLs: a page has no files and no packages. */
export const modelsAreUrls: boolean = true;

/** Where downloaded models are kept, in the place of a folder; null where variables and the user's own folder say. */
export const modelsPlace: string | null = keptModels;
