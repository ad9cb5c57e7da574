/**
 * Tells an index whose bytes changed on the disk from one that is as its last writer left it: a bit that flips in a text or a vector is
 * nothing that SQLite would notice, and would be another search result.
 *
 * A writer takes the checksums away before it changes anything and writes them when it has closed, so wherever they are there, they must
 * fit. They lie beside the index (`index.sum`) and are looked at whenever it is opened, up to a size at which that takes a fraction of
 * a search; larger indexes have none.
 */
import { closeSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { IndexUnusableError } from "../../errors.ts";
import { noFollow, readRegularFileSync } from "../../files/read-file.ts";
import { lstatIfThere } from "../../files/stat-if-there.ts";
import { isWriteAhead } from "./heal.ts";

/** 80 to 200 ms with ten processes on two cores, less where nobody else computes. */
const mostBytes = 2 ** 26;
const blockBytes = 2 ** 20;

export function checksumPath(path: string): string {
  return path.replace(/\.db$/, ".sum");
}

/** To be called before a writer opens the index at `path`. */
export function removeChecksum(path: string): void {
  rmSync(checksumPath(path), { force: true });
}

/** To be called when a writer has closed the index and still holds its lock. Without room for it there is none. */
export function writeChecksum(path: string): void {
  try {
    if (isBeingWritten(path) || isWriteAhead(path)) return;
    const sums = sumsOf(path);
    if (sums === null) return;
    removeChecksum(path);
    writeFileSync(checksumPath(path), `${JSON.stringify(sums)}\n`, { flag: "wx" });
  } catch {
    // On a full disk, say: it is there to be compared, and nothing hangs on it.
  }
}

/**
 * True where the file at `path` is as its last writer left it; false where that cannot be told.
 *
 * @throws IndexUnusableError where it is not
 */
export function verifyChecksum(path: string): boolean {
  const before = recorded(path);
  if (before === null) return false;
  const { bytes, blocks } = (JSON.parse(before) ?? {}) as { bytes?: unknown; blocks?: unknown };
  const found = sumsOf(path);
  if (found === null || !Array.isArray(blocks)) return false;
  const at = found.bytes === bytes ? found.blocks.findIndex((sum, i) => sum !== blocks[i]) : -2;
  // Somebody may have begun to write meanwhile: then the checksums are gone, or others.
  if (at === -1) return true;
  if (isBeingWritten(path) || recorded(path) !== before) return false;
  const what =
    at === -2
      ? `it has ${found.bytes} bytes instead of ${String(bytes)}`
      : `bytes changed between ${at * blockBytes} and ${Math.min(found.bytes, (at + 1) * blockBytes)}`;
  throw new IndexUnusableError(
    `${path} is not as it was written: ${what}. Delete it and index again; if you put another file in its place, delete ${checksumPath(path)}.`,
  );
}

/** The checksums' text, or null where there are none that could be compared. */
function recorded(path: string): string | null {
  try {
    const text = readRegularFileSync(checksumPath(path), { mostBytes: 2 ** 16 }).toString();
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

function isBeingWritten(path: string): boolean {
  return ["-wal", "-journal"].some((end) => (lstatIfThere(path + end)?.size ?? 0) > 0);
}

/** Of each block; null for a file that is too large to be looked at each time, or cannot be read. */
function sumsOf(path: string): { bytes: number; blocks: number[] } | null {
  let file: number;
  try {
    file = openSync(path, noFollow);
  } catch {
    // Not there, or shut: opening the index says so.
    return null;
  }
  try {
    const { size } = fstatSync(file);
    if (size > mostBytes) return null;
    const block = Buffer.allocUnsafe(blockBytes);
    const blocks: number[] = [];
    let bytes = 0;
    for (let read = readSync(file, block, 0, blockBytes, 0); read > 0;) {
      blocks.push(crc32(block.subarray(0, read)));
      bytes += read;
      read = readSync(file, block, 0, blockBytes, bytes);
    }
    return { bytes, blocks };
  } finally {
    closeSync(file);
  }
}
