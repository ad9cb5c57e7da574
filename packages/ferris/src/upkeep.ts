/** What is done to an index without reading a document: taking documents out of it, and giving back the space of what was taken out. */
import { checkPaths } from "./check-options.ts";
import { inStoredSpelling } from "./stored-spelling.ts";
import { openIndexForWriting, type Place } from "./store/index.ts";

/** Takes out the documents at or below these absolute paths, and those that wait for workers. Returns how many they were. */
export async function removeBelow(place: Place, paths: readonly string[]): Promise<number> {
  checkPaths(paths);
  const store = await openIndexForWriting(place, {});
  try {
    const spelled = await inStoredSpelling(store, paths);
    // The queue first: what a worker commits meanwhile is among the documents then.
    const queued = await store.forgetQueued(spelled);
    const indexed = (await store.documents({ under: spelled })).map(({ path }) => path);
    await store.removeDocuments(indexed);
    await store.forgetRoots(spelled);
    return new Set([...indexed, ...queued]).size;
  } finally {
    await store.close();
  }
}

/** Returns the bytes that the index took before. */
export async function compactIndex(place: Place): Promise<number> {
  const store = await openIndexForWriting(place, {});
  try {
    const { bytes } = await store.statistics();
    await store.compact();
    return bytes;
  } finally {
    await store.close();
  }
}
