/**
 * Work that cannot give way, such as the one transaction of a very large document: for as long as it takes, nothing in this process
 * can answer a signal.
 *
 * The command line hears of it here, and leaves Ctrl-C to the system meanwhile, which ends the process at once: safe for an index.
 * Process-wide, because signals are.
 */

/** Told before and after. */
export interface LongWorkListener {
  begin(): void;
  end(): void;
}

const listeners = new Set<LongWorkListener>();

/** Returns a function that ends the listening. */
export function onLongWork(listener: LongWorkListener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Runs `work`, which is synchronous and may take long, between the listeners' two calls. */
export function asLongWork<T>(work: () => T): T {
  for (const listener of listeners) listener.begin();
  try {
    return work();
  } finally {
    for (const listener of listeners) listener.end();
  }
}
