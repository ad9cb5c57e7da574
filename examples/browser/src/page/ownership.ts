/**
 * One tab has the index at a time: a lock that the browser lets go of however the tab ends. Another tab waits for it, and may ask for it.
 */

const [lockName, channelName, wanted] = ["ferris-index", "ferris-index", "wanted"] as const;

export interface Ownership {
  /** This tab has the index now. The promise that is returned ends when it has let go of it. */
  readonly onOwned: (released: AbortSignal) => Promise<void>;
  /** Another tab has it. */
  readonly onWaiting: () => void;
}

/** Waits for the index, and gives it up when another tab asks; then waits again. Returns a function that asks for it. */
export function takeTurns({ onOwned, onWaiting }: Ownership): () => void {
  const channel = new BroadcastChannel(channelName);
  let release = new AbortController();
  channel.addEventListener("message", ({ data }) => {
    if (data === wanted) release.abort();
  });
  const waitAndHold = async () => {
    for (;;) {
      const timer = setTimeout(onWaiting, 400);
      await navigator.locks.request(lockName, async () => {
        clearTimeout(timer);
        release = new AbortController();
        await onOwned(release.signal);
      });
      onWaiting();
      // Whoever asked is in the queue already.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  void waitAndHold();
  return () => channel.postMessage(wanted);
}
