/** Where an index kept in a file is: its size, and how it is left. */
import { lstatSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { statIfThere } from "../../files/stat-if-there.ts";
import { writeChecksum } from "./checksum.ts";
import { heal, isWriteAhead } from "./heal.ts";
import type { IndexPlace } from "./reader.ts";
import type { WriterLock } from "./writer-lock.ts";

export class FilePlace implements IndexPlace {
  readonly path: string;
  readonly folder: string;
  readonly #lock: WriterLock | null;
  readonly #file: string | null;

  /** @param lock the writer's, released when it leaves; null for a reader */
  constructor(path: string, lock: WriterLock | null = null) {
    this.path = path;
    this.folder = dirname(path);
    this.#lock = lock;
    this.#file = fileAt(path);
  }

  isCurrent(): boolean {
    return fileAt(this.path) === this.#file;
  }

  bytes(): number {
    return ["", "-wal", "-shm"].reduce((sum, suffix) => sum + (statIfThere(this.path + suffix)?.size ?? 0), 0);
  }

  async leave(): Promise<void> {
    if (this.#lock !== null) {
      try {
        writeChecksum(this.path);
      } finally {
        this.#lock.release();
      }
    } else if (isWriteAhead(this.path)) {
      // Garbage that closing collected is let go of a moment later.
      await setImmediate();
      heal(dirname(this.path));
    }
  }
}

/**
 * Which file this is. Inode numbers are used again; with the time of birth they tell two files apart. Null where there is none, or it
 * cannot be told (a file where a folder should be, no permission): opening it says why.
 */
function fileAt(path: string): string | null {
  try {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return found ? `${found.dev}:${found.ino}:${found.birthtimeNs}` : null;
  } catch {
    return null;
  }
}
