/** How much memory this process uses once everything that can be collected has been. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// Tests do not run with --expose-gc: a context made after the flag was set has the function all the same.
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
setFlagsFromString("--no-expose-gc");

export interface MemoryInUse {
  /** Bytes of what JavaScript holds: objects, and memory outside the heap that belongs to them. */
  readonly live: number;
  /** Bytes of the process in memory, free pages of allocators included. */
  readonly resident: number;
}

export function memoryInUse(): MemoryInUse {
  // Memory outside the heap goes with the finalizers of the first collection.
  for (let i = 0; i < 3; i++) collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { live: heapUsed + external, resident: rss };
}
