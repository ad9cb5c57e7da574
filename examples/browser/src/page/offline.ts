/** The service worker: what the site ships is fetched once, and is there offline. */

export interface OfflineEvents {
  /** So many of the site's bytes are here. */
  readonly onProgress: (done: number, total: number) => void;
  /** A newer site is ready; `take` reloads into it. */
  readonly onUpdate: (take: () => void) => void;
}

/** What the service worker tells while it fetches. */
type Told = { readonly done: number; readonly total: number } | { readonly failure: string };

/** Resolves when the site is kept, or cannot be: then it works as long as its server answers. Returns null, or why it is not kept. */
export async function keepSite({ onProgress, onUpdate }: OfflineEvents): Promise<string | null> {
  if (!("serviceWorker" in navigator)) return "this browser, or this window, has no service workers";
  let failure = "its files cannot be fetched";
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
    if ("failure" in data) ({ failure } = data);
    else onProgress(data.done, data.total);
  });
  try {
    const registration = await navigator.serviceWorker.register("./service-worker.js", { updateViaCache: "none" });
    const offer = (worker: ServiceWorker | null) => {
      if (worker !== null && navigator.serviceWorker.controller !== null)
        onUpdate(() => worker.postMessage("take over"));
    };
    if (navigator.serviceWorker.controller !== null) {
      offer(registration.waiting);
      registration.addEventListener("updatefound", () => {
        const worker = registration.installing;
        worker?.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
      });
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
      return null;
    }
    // Reloaded past it: it is there all the same.
    if (registration.active !== null) return null;
    return (await firstVisit(registration)) ? null : failure;
  } catch (error) {
    return (error as Error).message;
  }
}

/** True when the worker has all and this page is its; false where it could not fetch something. */
function firstVisit(registration: ServiceWorkerRegistration): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", () => resolve(true), { once: true });
    const worker = registration.installing ?? registration.waiting;
    worker?.addEventListener("statechange", () => worker.state === "redundant" && resolve(false));
    if (worker === null) resolve(false);
  });
}
