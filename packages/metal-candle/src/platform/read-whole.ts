/** A whole small file, for both sides of the files door. */
import { ModelFileError } from "../errors.ts";
import type { RandomAccessFile } from "./file-types.ts";

/** Reads and closes `file`; null where there is none. @throws ModelFileError above `limitBytes` */
export async function readWhole(
  path: string,
  file: RandomAccessFile | null,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (file === null) return null;
  try {
    if (file.size > limitBytes) {
      throw new ModelFileError(`${path} has ${file.size} bytes; a file of this kind may have at most ${limitBytes}.`);
    }
    const bytes = new Uint8Array(file.size);
    await file.read(bytes, 0);
    return bytes;
  } finally {
    await file.close();
  }
}
