/**
 * Opens an index: where it lies, and as what.
 *
 * The contract only names what `sqlite.ts` provides today; a shared store would be chosen here, by its URL.
 */
import type { ModelIdentity, Store, StoreReader } from "./store.ts";

/** The folder of the index that serves `from`: the nearest `.ferris` above it that holds one, or null. */
export type FindIndexFolder = (from: string) => string | null;

/** Opens the index in `folder` (a `.ferris` folder, or what --db says) to search it. Beside a writer: never blocks it. */
export type OpenIndex = (folder: string) => Promise<StoreReader>;

/**
 * Opens the index in `folder` to change it, and holds its lock until `close()`: a second writer gets IndexBusyError with
 * the first one's process id. With `identity`, an absent index is made and a present one must be of that model; without,
 * an absent one is IndexNotFoundError (removing and compacting need no model).
 */
export type OpenIndexForWriting = (folder: string, options: { identity?: ModelIdentity }) => Promise<Store>;
