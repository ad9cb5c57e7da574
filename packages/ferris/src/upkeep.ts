/** What is done to an index without reading a document: taking documents out of it, and giving back the space of what was taken out. */
import { checkPaths } from "./check-options.ts";
import { inStoredSpelling } from "./stored-spelling.ts";
import { openIndexForWriting, type Place } from "./store/index.ts";

/** Takes out the documents at or below these absolute paths. Returns how many they were. */
export async function removeBelow(place: Place, paths: readonly string[]): Promise<number> {
  checkPaths(paths);
  const store = await openIndexForWriting(place, {});
  try {
    const spelled = await inStoredSpelling(store, paths);
    const documents = await store.documents({ under: spelled });
    const removed = await store.removeDocuments(documents.map((document) => document.path));
    await store.forgetRoots(spelled);
    return removed;
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
