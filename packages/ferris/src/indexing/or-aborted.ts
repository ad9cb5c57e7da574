/**
 * Waiting for something that may take its time, unless the run is stopped.
 *
 * Not by racing with one promise for the whole run: that would hold on to every outcome it was ever raced with, which for parsed
 * documents was 2 KB a chunk until the run's end.
 */

/** What `promise` comes to, or the signal's reason as soon as it is aborted. Leaves nothing behind on the signal. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const listening = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { signal: listening.signal });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    listening.abort();
  }
}
