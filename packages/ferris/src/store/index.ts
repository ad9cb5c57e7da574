/**
 * The door to an index: opens it, to read it or to change it. It is kept in a folder by the embedded store (sqlite/), or on a server (postgres/).
 */
import type { ModelIdentity, Store, StoreReader } from "./store.ts";

/** An index on a server: where that is, and what the index is called there. */
export interface ServerPlace {
  /** `postgres://…` */
  readonly store: string;
  /** Null: the one without a name. */
  readonly name: string | null;
}

/** A folder, or a place on a server. */
export type Place = string | ServerPlace;

export interface OpenOptions {
  /** Told when a connection was lost and is tried again. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** @throws IndexNotFoundError, IndexUnusableError; of a server StoreUnreachableError */
export async function openIndex(place: Place, options: OpenOptions = {}): Promise<StoreReader> {
  if (typeof place === "string") return (await import("./sqlite/open.ts")).openIndex(place);
  const { openPostgres } = await import("./postgres/open.ts");
  return openPostgres(place.store, place.name, options);
}

/**
 * With `identity`, an absent index is made and a present one must be of that model; without, an absent one is IndexNotFoundError.
 *
 * @throws IndexBusyError where another process writes to the folder; what openIndex throws
 */
export async function openIndexForWriting(
  place: Place,
  options: OpenOptions & { readonly identity?: ModelIdentity },
): Promise<Store> {
  if (typeof place === "string") return (await import("./sqlite/open.ts")).openIndexForWriting(place, options);
  const { openPostgresForWriting } = await import("./postgres/open.ts");
  return openPostgresForWriting(place.store, place.name, options);
}
