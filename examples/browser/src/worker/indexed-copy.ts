/** One database, whole, in IndexedDB. */

const [databaseName, storeName, key] = ["ferris", "copies", "index.db"];

export async function loadCopy(): Promise<Uint8Array | null> {
  return ((await inStore("readonly", (store) => store.get(key))) as Uint8Array | undefined) ?? null;
}

export async function saveCopy(bytes: Uint8Array): Promise<void> {
  await inStore("readwrite", (store) => store.put(bytes, key));
}

export async function removeCopy(): Promise<void> {
  await inStore("readwrite", (store) => store.delete(key));
}

async function inStore(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const opening = indexedDB.open(databaseName, 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(storeName));
  const database = (await answered(opening)) as IDBDatabase;
  try {
    return await answered(ask(database.transaction(storeName, mode).objectStore(storeName)));
  } finally {
    database.close();
  }
}

function answered(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("IndexedDB failed")));
  });
}
