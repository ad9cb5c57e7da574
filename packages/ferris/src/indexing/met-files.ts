/**
 * One file, one document, however it is reached: a folder that was named and is a symbolic link may lead to files that are indexed
 * under their own path already, or are named a second time.
 *
 * Links inside of folders are not followed, so the way to a file is known from its root's. Files of equal bytes are not one file.
 */
import { realpathSync } from "node:fs";
import type { Root } from "../documents/walk/walk.ts";
import { isAtOrBelow } from "../files/paths.ts";
import type { Store } from "../store/store.ts";

export class MetFiles {
  readonly #links: readonly { readonly path: string; readonly real: string }[];
  readonly #store: Store;
  /** By where they really are; empty where no root is reached through a link. */
  readonly #met = new Map<string, string>();

  constructor(roots: readonly Root[], store: Store) {
    this.#links = roots.flatMap(({ path }) => {
      const real = realPathOf(path);
      return real === path ? [] : [{ path, real }];
    });
    this.#store = store;
  }

  /** The path under which the file at `path` was met before, or is in the index; null where this is its first. */
  async otherPathOf(path: string): Promise<string | null> {
    if (this.#links.length === 0) return null;
    const link = this.#links.findLast((each) => isAtOrBelow(path, each.path));
    const real = link === undefined ? path : link.real + path.slice(link.path.length);
    const before = this.#met.get(real);
    if (before !== undefined) return before;
    this.#met.set(real, path);
    if (real === path || (await this.#store.document(path)) !== null) return null;
    return (await this.#store.document(real)) === null ? null : real;
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
