/** The service worker: what the site ships is fetched once, and is there offline. */

export interface OfflineEvents {
  /** On the first visit: so many of the site's bytes are here. */
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
  let isFirstVisit = false;
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
    if ("failure" in data) ({ failure } = data);
    // A newer site is fetched in silence.
    else if (isFirstVisit) onProgress(data.done, data.total);
  });
  try {
    const registration = await navigator.serviceWorker.register("./service-worker.js", { updateViaCache: "none" });
    if (navigator.serviceWorker.controller === null) {
      // Reloaded past it: it is there all the same.
      if (registration.active !== null) return null;
      isFirstVisit = true;
      if (!(await firstVisit(registration))) return failure;
      isFirstVisit = false;
    }
    followUpdates(registration, onUpdate);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A page whose service worker is another one than before would get parts of two sites: it begins anew. */
function followUpdates(registration: ServiceWorkerRegistration, onUpdate: OfflineEvents["onUpdate"]): void {
  const offer = (worker: ServiceWorker | null) => {
    if (worker !== null) onUpdate(() => worker.postMessage("take over"));
  };
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  offer(registration.waiting);
  const follow = (worker: ServiceWorker | null) =>
    worker?.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
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
