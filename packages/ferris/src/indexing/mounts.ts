/**
 * Drives that are mounted below the folders that were named: an empty folder where one was mounted before is one that is not mounted today.
 *
 * The index remembers the folders at which a run met another device than around them. Where the device is the surrounding one again and the
 * folder is empty, or not there at all, what the index has from it is kept and named, as it is for a named folder that is empty.
 */
import { existsSync } from "node:fs";
import { isAtOrBelow } from "../files/paths.ts";
import type { Root } from "../documents/walk/walk.ts";
import type { Store } from "../store/store.ts";

export class Mounts {
  /** Those of earlier runs. */
  readonly known: ReadonlySet<string>;
  readonly #roots: readonly Root[];
  readonly #met = new Set<string>();

  private constructor(known: readonly string[], roots: readonly Root[]) {
    this.known = new Set(known);
    this.#roots = roots;
  }

  static async of(store: Store, roots: readonly Root[]): Promise<Mounts> {
    return new Mounts(await store.mounts(), roots);
  }

  /** A drive is mounted at `path` today. */
  meet(path: string): void {
    this.#met.add(path);
  }

  /** Known folders below the roots of this run that are not there any more: some systems remove them with the drive. */
  missing(): string[] {
    return [...this.known].filter((path) => this.#isBelowRoots(path) && !this.#met.has(path) && !existsSync(path));
  }

  /** Remembers what this run met, and what it could not say anything about: the folders of `kept`, and those elsewhere. */
  async settle(store: Store, kept: readonly string[]): Promise<void> {
    const left = [...this.known].filter((path) => kept.includes(path) || !this.#isBelowRoots(path));
    await store.setMounts([...this.#met, ...left]);
  }

  #isBelowRoots(path: string): boolean {
    return this.#roots.some((root) => path !== root.path && isAtOrBelow(path, root.path));
  }
}
