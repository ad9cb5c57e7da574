/** Rejections that nobody holds, in Node: they end the process where nobody listens. */

/**
 * Calls `hear` for those that are `ours`; the others end the process as they would have. Returns what stops listening.
 */
export function onUnheldRejection(ours: (error: unknown) => boolean, hear: (error: unknown) => void): () => void {
  const listener = (error: unknown) => {
    if (ours(error)) return hear(error);
    // Whoever else listens has heard it.
    if (process.listenerCount("unhandledRejection") > 1) return;
    setImmediate(() => {
      throw error;
    });
  };
  process.on("unhandledRejection", listener);
  return () => void process.off("unhandledRejection", listener);
}
