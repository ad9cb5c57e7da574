/**
 * Where indexes lie: in the nearest `.ferris` folder, going up as git does, or where --db says; one without a name, and any number
 * with names, each in a folder of its own below.
 *
 *     .ferris/index.db          the index
 *     .ferris/NAME/index.db     the index called NAME: of another model, or of other documents
 *
 * Looks for files and opens none.
 */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import type { ServerPlace } from "./index.ts";
import { parseAddress, withoutPassword } from "./postgres/address.ts";

const folderName = ".ferris";
export const fileName = "index.db";

export interface Place {
  /** The folder that holds indexes; else the nearest `.ferris` above `from`. */
  readonly db?: string;
  /** Null or absent: the index without a name. */
  readonly name?: string | null;
}

/** An index that is named by its place, in a folder or in a store: `placeOf` says which. */
export interface PlaceOptions {
  readonly db?: string | undefined;
  readonly store?: string | undefined;
  readonly name?: string | null | undefined;
}

/** @throws UsageError for an invalid name, or a URL that names no store */
export function placeOf({ db, store, name = null }: PlaceOptions): string | ServerPlace {
  if (store === undefined) return indexFolder(process.cwd(), { ...(db === undefined ? {} : { db }), name });
  if (db !== undefined) throw new UsageError("an index is in a folder or in a store: name one of them");
  checkName(name);
  parseAddress(store);
  return { store, name };
}

/** For messages. */
export function shownPlace({ store, name }: ServerPlace): string {
  return name === null ? withoutPassword(store) : `${withoutPassword(store)} "${name}"`;
}

function checkName(name: string | null): void {
  if (name !== null && !isIndexName(name)) {
    throw new UsageError(`invalid index name "${name}": it must be ${indexNameRule}`);
  }
}

export interface NamedIndex {
  readonly name: string | null;
  readonly folder: string;
}

/** What a name must be, for messages; it is a folder's name on every system. */
export const indexNameRule = "letters, digits, - and _, at most 64 of them";

export function isIndexName(name: string): boolean {
  return /^[\p{L}\p{N}_-]{1,64}$/u.test(name);
}

/**
 * The folder of the index that `place` means, whether it is there yet or not. Without `db` the nearest that is there serves; else it
 * is to be made beside the other indexes of the nearest `.ferris`, or in one of `from`'s own. Throws UsageError for an invalid name.
 */
export function indexFolder(from: string, { db, name = null }: Place): string {
  checkName(name);
  const below = (place: string) => (name === null ? place : join(place, name));
  if (db !== undefined) return below(resolve(from, db));
  const found = nearest(from, (place) => existsSync(join(below(place), fileName)));
  return below(found ?? (name === null ? null : nearestPlace(from)) ?? join(resolve(from), folderName));
}

/** The indexes that lie together with the one that `place` means: the one without a name first, then by name. */
export function indexesAt(from: string, { db }: Place): NamedIndex[] {
  const place = db === undefined ? nearestPlace(from) : resolve(from, db);
  return place === null ? [] : indexesIn(place);
}

function nearestPlace(from: string): string | null {
  return nearest(from, (place) => indexesIn(place).length > 0);
}

function indexesIn(place: string): NamedIndex[] {
  const names = existsSync(place)
    ? readdirSync(place, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    : [];
  const named = names.toSorted().map((name) => ({ name, folder: join(place, name) }));
  return [{ name: null, folder: place }, ...named].filter(({ folder }) => existsSync(join(folder, fileName)));
}

function nearest(from: string, serves: (place: string) => boolean): string | null {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const place = join(folder, folderName);
    if (serves(place)) return place;
    if (dirname(folder) === folder) return null;
  }
}
