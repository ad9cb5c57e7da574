/** The environment door, the page's side: no variables, no home, and the threads that the browser admits to. */

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

/** Whether models are found by URL alone: a page has no folders, no packages and no hub cache. */
export const modelsAreUrls: boolean = true;
