/**
 * Standard input as a document: kept as a file in the index's own folder.
 *
 * A copy, because a document is read again when its parser or the chunk size changes, and a result should lead somewhere.
 */
import { lstat, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isAtOrBelow, keptInput } from "../../files/paths.ts";
import { IndexNotWritableError, InputError, UsageError } from "../../errors.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { checkKeptPath, checkOwnFolder } from "../../store/own-folder.ts";
import { AtomicFile } from "./atomic-file.ts";

export interface KeptInput {
  /** What `--as` said. */
  readonly name: string | undefined;
  readonly indexFolder: string;
  readonly maxBytes: number;
}

/**
 * Reads all of `input` and returns the path of the file that keeps it, in place of what was kept under that name.
 *
 * @throws UsageError for an invalid or missing name; InputError for nothing and for too much; IndexNotWritableError
 */
export async function keepInput(
  input: AsyncIterable<Uint8Array>,
  { name, indexFolder, maxBytes }: KeptInput,
): Promise<string> {
  if (name === undefined) throw new UsageError("- is standard input: say what to call it, as in --as notes/today.md");
  const parts = name.split("/");
  // Windows takes a dot or a space away from a name's end, so ".. " would lead up there.
  if (parts.some((part) => /^$|[. ]$|[\p{Cc}\\:]/u.test(part))) {
    throw new UsageError(
      `--as is "${name}": it must be a name with its extension, as notes/today.md, and not lead elsewhere`,
    );
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new InputError(
        `standard input is above ${maxBytes} bytes, the limit for a document: split it, or raise FERRIS_MAX_FILE_BYTES`,
      );
    }
    chunks.push(chunk);
  }
  if (bytes === 0) throw new InputError("there is nothing on standard input");
  const path = join(indexFolder, keptInput, ...parts);
  checkOwnFolder(indexFolder, { forWriting: true });
  checkKeptPath(indexFolder, path);
  try {
    makeFolder(dirname(path));
    checkKeptPath(indexFolder, dirname(path));
    const file = await AtomicFile.create(path);
    for (const chunk of chunks) await file.write(chunk);
    await file.commit();
  } catch (cause) {
    throw new IndexNotWritableError(`standard input cannot be kept as ${path}: ${(cause as Error).message}`, { cause });
  }
  return path;
}

/** What `path` on the command line may mean: a place in the file system, or what standard input was called. @throws UsageError for "" */
export function placesOf(path: string, indexFolder: string | null): string[] {
  // A variable that is not set, mostly. It would resolve to the working folder, and all below it.
  if (path === "") throw new UsageError("a path is empty: name a file or folder, or . for the working folder");
  const place = resolve(path);
  if (indexFolder === null) return [place];
  const folder = resolve(indexFolder, keptInput);
  const kept = resolve(folder, path);
  // "../x" is not a name of standard input: it would mean another place twice.
  return isAbsolute(path) || kept === folder || !isAtOrBelow(kept, folder) ? [place] : [place, kept];
}

/**
 * Deletes kept input at or below `places`, so that no later run finds it again. Other files are left alone.
 *
 * @throws IndexUnusableError where a link leads out of the index's folder: before anything is deleted
 */
export async function forgetInput(places: readonly string[], indexFolder: string): Promise<void> {
  const index = resolve(indexFolder);
  const folder = join(index, keptInput);
  const inside = places.filter((place) => place !== folder && isAtOrBelow(place, folder));
  for (const place of inside) checkKeptPath(index, place);
  for (const place of inside) {
    if ((await lstat(place).catch(() => null)) === null) continue;
    checkKeptPath(index, place);
    await rm(place, { recursive: true, force: true });
  }
}
