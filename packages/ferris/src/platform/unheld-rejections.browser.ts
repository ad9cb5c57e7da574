/** Rejections that nobody holds, in a page: they are told on its console. */

/** Calls `hear` for those that are `ours`, which are not told. Returns what stops listening. */
export function onUnheldRejection(ours: (error: unknown) => boolean, hear: (error: unknown) => void): () => void {
  const listener = (event: PromiseRejectionEvent) => {
    if (!ours(event.reason)) return;
    event.preventDefault();
    hear(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listener);
  return () => globalThis.removeEventListener("unhandledrejection", listener);
}
