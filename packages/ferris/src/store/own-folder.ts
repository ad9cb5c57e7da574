/**
 * The index's own folder, looked at before anything in it is opened, written or removed.
 *
 * An index may have come with a cloned folder or an archive, so its files may be links to the user's own, pipes that never end, or a
 * rollback journal that names somebody else's file as its super-journal, which SQLite would delete. Each is refused by name. What
 * SQLite opens by its path is looked at before and after; what we write ourselves is made anew and never opened through a link.
 */
import { closeSync, fstatSync, openSync, readdirSync, readlinkSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { IndexUnusableError } from "../errors.ts";
import { keptInput } from "../files/paths.ts";
import { noFollow } from "../files/read-file.ts";
import { lstatIfThere } from "../files/stat-if-there.ts";

const ownFiles = ["index.db", "writer.lock"].flatMap((name) =>
  ["", "-wal", "-shm", "-journal"].map((end) => name + end),
);
/** The last conversation of `ask`. */
export const keptConversation = "conversation.json";

/** The map, as it was drawn last. */
export const keptMap = "map.bin";

const ownNames = new Set([...ownFiles, "index.sum", "writer.json", ".gitignore", keptConversation, keptMap, keptInput]);

/**
 * @param forWriting a file with a second name (a hard link) is refused too: writing here would change it there
 * @throws IndexUnusableError that names the entry
 */
export function checkOwnFolder(folder: string, { forWriting = false } = {}): void {
  for (const place of [dirname(folder), folder]) {
    if (place !== folder && basename(place) !== ".ferris") continue;
    const found = lstatIfThere(place);
    if (found?.isSymbolicLink()) {
      throw new IndexUnusableError(
        `${place} is a symbolic link${pointing(place)}, and an index is never read or written through one. ` +
          "Remove the link, or name the folder itself.",
      );
    }
    if (found && !found.isDirectory()) throw new IndexUnusableError(`${place} is not a folder. Name another one.`);
  }
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    const isOurs = ownNames.has(entry.name);
    // A folder that the user chose may hold links of theirs; one that is ours alone has no use for any.
    if (entry.isSymbolicLink() && (isOurs || basename(folder) === ".ferris")) {
      refuse(path, `is a symbolic link${pointing(path)}`);
    }
    if (!isOurs) continue;
    if (entry.name === keptInput ? !entry.isDirectory() : !entry.isFile()) {
      refuse(path, entry.name === keptInput ? "is not a folder" : "is not a regular file");
    }
    if (forWriting && entry.isFile() && (lstatIfThere(path)?.nlink ?? 0) > 1) {
      refuse(
        path,
        "has another name elsewhere (it is a hard link), so writing to it would change that file too",
        "Copy",
      );
    }
    if (entry.name.endsWith("-journal")) checkJournal(path);
  }
}

/** What a path was before SQLite opened it by name; throws when it is another file afterwards. */
export function guardedPath(path: string): { check(): void } {
  const before = lstatIfThere(path);
  return {
    check() {
      const after = lstatIfThere(path);
      const same = before === undefined || (after?.ino === before.ino && after.dev === before.dev);
      if (!after?.isFile() || !same) refuse(path, "was replaced while it was being opened");
    },
  };
}

/**
 * A path below the kept input of the index in `folder`, none of whose folders is a link. The file itself need not exist.
 *
 * @throws IndexUnusableError that names the link
 */
export function checkKeptPath(folder: string, path: string): void {
  const kept = join(folder, keptInput);
  let place = kept;
  for (const part of ["", ...path.slice(kept.length + 1).split(sep)]) {
    place = join(place, part);
    const found = lstatIfThere(place);
    if (found === undefined) return;
    if (found.isSymbolicLink()) refuse(place, `is a symbolic link${pointing(place)}`);
    if (!found.isDirectory()) {
      if (place !== path) refuse(place, "is not a folder");
      if (!found.isFile()) refuse(place, "is not a regular file");
    }
  }
  // Links above the index's folder are the user's; below it there is none, or this is another place.
  if (realpathSync(path) !== join(realpathSync(folder), path.slice(folder.length))) {
    refuse(path, "was replaced while it was being looked at");
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Absent, or shut: whoever opens a file in it will say so.
    return [];
  }
}

/** SQLite's mark at the end of a journal that belongs to a transaction over several databases. Ours never do. */
const superJournalMark = Buffer.from("d9d505f920a163d7", "hex");

function checkJournal(path: string): void {
  const mark = Buffer.alloc(superJournalMark.length);
  let file: number;
  try {
    file = openSync(path, noFollow);
  } catch (error) {
    // It went with its transaction.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new IndexUnusableError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    readSync(file, mark, 0, mark.length, Math.max(0, fstatSync(file).size - mark.length));
  } finally {
    closeSync(file);
  }
  if (mark.equals(superJournalMark)) refuse(path, "names another file for SQLite to delete, which ferris never does");
}

function pointing(path: string): string {
  try {
    return ` to ${JSON.stringify(readlinkSync(path))}`;
  } catch {
    return "";
  }
}

function refuse(path: string, what: string, verb = "Remove"): never {
  const how =
    verb === "Copy" ? "Copy the index's folder and use the copy." : "Remove it, or delete the index and index again.";
  throw new IndexUnusableError(`${path} ${what}. ${how}`);
}
