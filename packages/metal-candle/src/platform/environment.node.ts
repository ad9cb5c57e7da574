/** The environment door, Node's side: variables, the user's folder, and how many threads the machine offers. */
import { availableParallelism, homedir } from "node:os";

/** An environment variable; undefined where it is unset or empty. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** The user's own folder, or null where there is none. */
export function homeFolder(): string | null {
  return homedir() || null;
}

/** Threads worth starting: what the scheduler lets this process use. */
export function availableThreads(): number {
  return Math.max(1, availableParallelism());
}

/** Whether models are found by URL alone: a page has no folders, no packages and no hub cache. */
export const modelsAreUrls: boolean = false;
