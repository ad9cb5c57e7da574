/** Which models are on this machine, and what they take of its disk. Looks and never downloads. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface InstalledModel {
  readonly folder: string;
  /** Of all its files. */
  readonly bytes: number;
}

/** Null where it is not on this machine. */
export async function installedModel(id: string): Promise<InstalledModel | null> {
  const { findModel } = await import("metal-candle/tools");
  const found = await findModel(id);
  return found === null ? null : { folder: found, bytes: await bytesBelow(found, 2) };
}

/** Files of a hub cache are links to where their bytes lie, so links are followed; to a small depth, against circles. */
async function bytesBelow(folder: string, depth: number): Promise<number> {
  const entries = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry);
      const found = await stat(path).catch(() => null);
      if (found?.isDirectory()) return depth > 0 ? bytesBelow(path, depth - 1) : 0;
      return found?.isFile() ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
