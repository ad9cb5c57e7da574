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

/** Whether folders of models are URLs: a page has no files and no packages. */
export const modelsAreUrls: boolean = false;

/** Where downloaded models are kept, in the place of a folder; null where variables and the user's own folder say. */
export const modelsPlace: string | null = null;
