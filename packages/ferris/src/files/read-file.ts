/**
 * Reads a regular file, and nothing else: not a pipe that a file became since somebody looked, not more than was asked for.
 *
 * Opening never waits (a pipe without a writer would, for ever and beyond Ctrl-C), and what was opened is looked at before it is
 * read. Flags that a system does not have are left out there.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";

const waitless = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** For opening a file to read it, never through a symbolic link. */
export const noFollow = waitless | (constants.O_NOFOLLOW ?? 0);

export interface ReadOptions {
  /** Through a symbolic link too: for what the user named. */
  readonly follow?: boolean;
  /** Reads no further than this; the caller sees by the length that there was more. */
  readonly mostBytes?: number;
}

/** Not a regular file: a pipe, a folder, a device, or a symbolic link where none is followed. */
export class NotAFileError extends Error {
  readonly code = "NOT_A_FILE";
}

/** At once, in this thread: for small files. @throws NotAFileError, and the system's errors */
export function readRegularFileSync(path: string, { follow = false, mostBytes = 2 ** 30 }: ReadOptions = {}): Buffer {
  const file = openSync(path, follow ? waitless : noFollow);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new NotAFileError("it is not a regular file");
    const bytes = Buffer.allocUnsafeSlow(Math.min(stats.size, mostBytes + 1));
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return length === bytes.length ? bytes : bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/** The same, giving way meanwhile. */
export async function readRegularFile(
  path: string,
  { follow = false, mostBytes = 2 ** 30 }: ReadOptions = {},
): Promise<Buffer> {
  const file = await open(path, follow ? waitless : noFollow);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new NotAFileError("it is not a regular file");
    const bytes = Buffer.allocUnsafeSlow(Math.min(stats.size, mostBytes + 1));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length === bytes.length ? bytes : bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}
