/**
 * Finds the files to index: folders recursively in a fixed order, and a note on everything that is left out.
 *
 * Looks at names, sizes and ignore files, never inside documents. Reads folders synchronously, which is faster than through
 * Node's thread pool and lets its time be told from the other stages', and gives way to them every few milliseconds. Symbolic links are not followed (so there are no loops),
 * except that a path named by the user may be one. A path named by the user is read even if ignore files, a leading dot or
 * the built-in rules would leave it out; `.git` and `.ferris` never are, but for the standard input that is kept there.
 */
import { type Dirent, readdirSync, realpath, type Stats, statSync } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { InputError } from "../../errors.ts";
import { takingTurns } from "../../main-thread/give-way.ts";
import { isAtOrBelow, keptInput, spelledAs } from "../../files/paths.ts";
import { ownCaches } from "../../files/own-caches.ts";
import { fileLeftOut, folderLeftOut, isPythonEnvironment, holdsAnything } from "./left-out.ts";
import type { SkipReason } from "../../skip-reason.ts";
import { broadened, makeGlobs } from "./glob.ts";
import { IgnoreRules } from "./ignore-rules.ts";

export interface WalkOptions {
  /** Globs relative to each named path (`docs/**`); one without a slash is for names at any depth (`*.md`). A folder stands for all in it. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Larger files are left out. */
  readonly maxFileBytes: number;
  /** Whether pictures can be read (OCR). Defaults to false. */
  readonly withPictures?: boolean;
  /** The index's own folder, so that it is never read. */
  readonly indexFolder?: string;
  readonly signal?: AbortSignal;
  /** Once for each entry that is left out; a folder counts once, whatever is in it. `message` says more where there is more. */
  readonly onSkip: (reason: SkipReason, path: string, message?: string) => void;
  /** A root, or one of `mounts`, that holds nothing at all today: its drive may not be mounted. */
  readonly onEmptyRoot?: (path: string) => void;
  /** Folders below the roots that drives were mounted at before. */
  readonly mounts?: ReadonlySet<string>;
  /** A folder below a root that a drive is mounted at. */
  readonly onMount?: (path: string) => void;
  /** Receives the seconds spent reading folders. */
  readonly onTime?: (seconds: number) => void;
}

export interface WalkedFile {
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedTime: number;
  /** The user named it: it may be a symbolic link, which is followed. */
  readonly isNamed?: boolean;
}

/** What the user named, checked to be there. */
export interface Root {
  readonly path: string;
  readonly isFolder: boolean;
  /** Folder that globs are relative to: the one that was named in this run. */
  readonly base: string;
}

/** The system's own, which gives names as they are on the disk. */
const realpathAsOnDisk = promisify(realpath.native);

/** What an index consists of, in a folder that a user has named for it. */
const indexNames = /^(?:index\.(?:db|sum)|writer\.|(?:conversation\.json|map\.bin|input\.d)$)/;

const neverRead = new Set([".git", ".ferris", ".hg", ".svn"]);

/** Resolves what was named. Throws InputError when one of the paths is not there. */
export async function resolveRoots(paths: readonly string[]): Promise<Root[]> {
  const roots: Root[] = [];
  for (const path of new Set(paths.map((named) => resolve(named)))) {
    let stats: Stats;
    try {
      stats = await stat(path);
    } catch (error) {
      throw new InputError(
        `Cannot read ${path}: ${reasonOf(error)}. Check the path; to drop it from the index, remove it there.`,
        {
          cause: error,
        },
      );
    }
    const spelled = await asOnDisk(path);
    if (!roots.some((root) => root.path === spelled)) {
      roots.push({ path: spelled, isFolder: stats.isDirectory(), base: spelled });
    }
  }
  return inOrder(roots);
}

/** In the spelling of the file system, where that takes several for one. Links stay: they are names of their own. */
async function asOnDisk(path: string): Promise<string> {
  const real = await realpathAsOnDisk(path).catch(() => path);
  const spelled = spelledAs(path, real);
  if (spelled === path) return path;
  // Two files side by side, one of which is a link to the other, are not one.
  const [typed, found] = await Promise.all([path, spelled].map((each) => lstat(each).catch(() => null)));
  return typed !== null && typed.ino === found?.ino && typed.dev === found.dev ? spelled : path;
}

/**
 * `named` and what earlier runs were told by name below it and is still there: a path that was once named is read in spite of
 * ignore rules from then on, also when the folder above it is named.
 */
export async function withEarlierRoots(named: readonly Root[], earlier: readonly string[]): Promise<Root[]> {
  const roots = [...named];
  for (const path of earlier) {
    const outer = named.find((root) => isAtOrBelow(path, root.path));
    if (outer === undefined || named.some((root) => root.path === path) || isNeverRead(path)) continue;
    const stats = await stat(path).catch(() => null);
    if (stats !== null) roots.push({ path, isFolder: stats.isDirectory(), base: outer.path });
  }
  return inOrder(roots);
}

function inOrder(roots: readonly Root[]): Root[] {
  return roots.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function isNeverRead(path: string): boolean {
  return path.split(sep).some((part) => neverRead.has(part));
}

/** Whether the --include and --exclude globs keep `path`, which lies under `root`. */
export function makeGlobFilter(include: readonly string[] = [], exclude: readonly string[] = []) {
  const compile = (globs: readonly string[]) => makeGlobs(globs.flatMap((glob) => broadened(asWritten(glob))));
  const included = include.length > 0 ? compile(include) : null;
  const excluded = exclude.length > 0 ? compile(exclude) : null;
  const inside = (root: Root, path: string) =>
    path === root.base ? basename(path) : relative(root.base, path).split(sep).join("/");
  return {
    keepsFile(root: Root, path: string): boolean {
      const name = inside(root, path);
      if (included && !included(name)) return false;
      return !excluded?.(name);
    },
    entersFolder(root: Root, path: string): boolean {
      return !excluded?.(inside(root, path));
    },
  };
}

/** On Windows a backslash is what a slash is elsewhere, unless it is there for the sign behind it. */
function asWritten(glob: string): string {
  return sep === "\\" ? glob.replace(/\\(?![*?[\]{}()!\\])/g, "/") : glob;
}

/**
 * Yields the files under `roots` (see `resolveRoots`) in order of their paths, each once. Throws the signal's reason when
 * aborted. A folder that cannot be read is skipped as "unreadable".
 */
export async function* walk(roots: readonly Root[], options: WalkOptions): AsyncGenerator<WalkedFile> {
  const { onSkip, onTime, signal } = options;
  const filter = makeGlobFilter(options.include, options.exclude);
  const giveWay = takingTurns();
  const rootPaths = new Set(roots.map((root) => root.path));
  const caches = new Set(ownCaches());

  for (const root of roots) {
    if (isNeverRead(root.path) && !isKeptInput(root.path)) {
      throw new InputError(
        `${root.path} is kept by git or by ferris itself and is never indexed. Name another folder.`,
      );
    }
    if (!root.isFolder) {
      const file = filter.keepsFile(root, root.path) ? examine(root.path) : skip("filtered", root.path);
      if (file) yield { ...file, isNamed: true };
      continue;
    }
    const started = performance.now();
    const rules = await IgnoreRules.above(root.path);
    onTime?.((performance.now() - started) / 1000);
    // Named though it is a dependency folder: then the ones nested in it were meant as well.
    const nestedDependencies = folderLeftOut(basename(root.path), new Set()) === "dependencies";
    yield* folder(root, root.path, rules, nestedDependencies, null);
  }

  async function* folder(
    root: Root,
    path: string,
    outer: IgnoreRules,
    nestedDependencies: boolean,
    outerDevice: number | null,
  ): AsyncGenerator<WalkedFile> {
    signal?.throwIfAborted();
    await giveWay();
    let started = performance.now();
    let entries: Dirent[];
    let device: number;
    try {
      device = statSync(path).dev;
      entries = readdirSync(path, { withFileTypes: true });
    } catch (error) {
      return skip("unreadable", path, `cannot read the folder: ${reasonOf(error)}`);
    }
    const names = new Set(entries.map((entry) => entry.name));
    const isIndex = path !== options.indexFolder && names.has("index.db") && names.has("index.sum");
    // What systems leave in a mount point has a dot in front, as our own folder has.
    const isMounted = outerDevice !== null && device !== outerDevice;
    if (isMounted) options.onMount?.(path);
    const isMountPoint = path === root.path || (options.mounts?.has(path) === true && !isMounted);
    if (isMountPoint && entries.every((entry) => entry.name.startsWith("."))) options.onEmptyRoot?.(path);
    if (path !== root.path && !nestedDependencies && isPythonEnvironment(names)) return skip("dependencies", path);
    const rules = await outer.enter(path, names);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    onTime?.((performance.now() - started) / 1000);

    for (const entry of entries) {
      const entryPath = join(path, entry.name);
      if (neverRead.has(entry.name) || rootPaths.has(entryPath) || isIndexFile(entryPath)) continue;
      if (isIndex && indexNames.test(entry.name)) {
        skip("own file", entryPath);
        continue;
      }
      if (entry.isSymbolicLink()) skip("symbolic link", entryPath);
      else if (caches.has(entryPath)) skip("own file", entryPath);
      else if (entry.isDirectory()) {
        const reason = folderLeftOut(entry.name, names);
        if (reason && !(reason === "dependencies" && nestedDependencies)) skip(reason, entryPath);
        else if (await rules.ignores(entryPath, true)) skip("ignored", entryPath);
        else if (!filter.entersFolder(root, entryPath)) skip("filtered", entryPath);
        else yield* folder(root, entryPath, rules, nestedDependencies, device);
      } else {
        const reason = fileLeftOut(entry.name, options.withPictures);
        if (reason) skip(reason, entryPath);
        else if (await rules.ignores(entryPath, false)) skip("ignored", entryPath);
        else if (!filter.keepsFile(root, entryPath)) skip("filtered", entryPath);
        else {
          started = performance.now();
          const file = examine(entryPath);
          onTime?.((performance.now() - started) / 1000);
          if (file) yield file;
          await giveWay();
        }
      }
    }
  }

  function examine(path: string): WalkedFile | undefined {
    signal?.throwIfAborted();
    let stats: Stats;
    try {
      stats = statSync(path);
    } catch (error) {
      // Node has put a sign in the place of what it could not read of the name.
      const unreadableName = path.includes("\ufffd") && (error as NodeJS.ErrnoException).code === "ENOENT";
      return skip("unreadable", path, unreadableName ? "its name is not UTF-8: rename it" : reasonOf(error));
    }
    if (!stats.isFile()) return skip("not a file", path);
    if (stats.size === 0) return skip("empty", path);
    if (stats.size > options.maxFileBytes) {
      // A large archive is hardly ever somebody's papers.
      if (holdsAnything(path)) return skip("binary", path);
      const message = `${megabytes(stats.size)} MB, the limit is ${megabytes(options.maxFileBytes)} MB: split it, or raise maxFileBytes`;
      return skip("too large", path, message);
    }
    return { path, size: stats.size, modifiedTime: stats.mtimeMs };
  }

  function isKeptInput(path: string): boolean {
    return options.indexFolder !== undefined && isAtOrBelow(path, join(options.indexFolder, keptInput));
  }

  function isIndexFile(path: string): boolean {
    return (
      options.indexFolder !== undefined &&
      dirname(path) === options.indexFolder &&
      /^(?:index\.(?:db|sum)|writer\.)/.test(basename(path))
    );
  }

  function skip(reason: SkipReason, path: string, message?: string): undefined {
    onSkip(reason, path, message);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);
}

/** "no such file or directory" for ENOENT and so on, without the path that Node adds. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "it is not there";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "ELOOP") return "it is a symbolic link now, or too many lead there";
  if (code === "ENAMETOOLONG") return "its name is too long";
  return error instanceof Error ? error.message.split("\n")[0] : String(error);
}
