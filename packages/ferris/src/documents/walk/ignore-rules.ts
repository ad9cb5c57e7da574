/**
 * Which files git would leave out, and which .ferrisignore does: nested rule files, the deepest that says something wins.
 *
 * Knows files with rules, not the walk: walk.ts asks it about one entry at a time, from the top down. As git has it: the user's own
 * exclude file, .git/info/exclude (a worktree's and a submodule's too), .gitignore unless that is a symbolic link; a repository within
 * another is on its own; a file that is tracked counts whatever the rules say. .ferrisignore holds across repositories, and may bring
 * back what git leaves out.
 */
import { dirname, join, sep } from "node:path";
import { readRegularFile } from "../../files/read-file.ts";
import { gitAt, type Repository, repositoryAt } from "./git-repository.ts";
import { GitignoreRules } from "./gitignore-rules.ts";

const mostBytes = 2 ** 20;

interface Layer {
  readonly folder: string;
  readonly rules: GitignoreRules;
  readonly isGits: boolean;
}

/** The rules that hold in a folder: its own and those of the folders above. Immutable; `enter` makes the next one down. */
export class IgnoreRules {
  readonly #layers: readonly Layer[];
  readonly #repository: Repository | null;
  /** Inside a folder that git leaves out: only what is tracked counts. */
  readonly #trackedOnly: boolean;

  private constructor(layers: readonly Layer[], repository: Repository | null, trackedOnly = false) {
    this.#layers = layers;
    this.#repository = repository;
    this.#trackedOnly = trackedOnly;
  }

  static readonly none = new IgnoreRules([], null);

  /**
   * The rules from above `folder`, up to the top of the git repository that holds it. Where these rules leave out `folder` itself, someone
   * named it in spite of them, and they do not count inside.
   */
  static async above(folder: string): Promise<IgnoreRules> {
    const top = topOf(folder);
    if (top === null || top === folder) return IgnoreRules.none;
    const between: string[] = [];
    for (let above = dirname(folder); above !== top; above = dirname(above)) between.unshift(above);
    let rules = IgnoreRules.none;
    for (const above of [top, ...between]) rules = await rules.enter(above);
    for (const step of [...between, folder]) {
      if (rules.#decide(step, true)) return IgnoreRules.none;
    }
    return rules;
  }

  /** The rules inside `folder`: these and those in its own files. `names` is what the folder holds, where that is known. */
  async enter(folder: string, names?: ReadonlySet<string>): Promise<IgnoreRules> {
    const has = (name: string) => names?.has(name) ?? true;
    const own = has(".git") ? await repositoryAt(folder) : null;
    const repository = own ?? this.#repository;
    const layers = own === null ? [...this.#layers] : this.#layers.filter((layer) => !layer.isGits);
    const add = (text: string | null, isGits: boolean) => {
      if (text === null) return;
      const rules = new GitignoreRules(text, { ignoreCase: repository?.ignoreCase ?? foldsCase });
      if (!rules.isEmpty) layers.push({ folder, rules, isGits });
    };
    for (const text of own?.excludes ?? []) add(text, true);
    for (const name of [".gitignore", ".ferrisignore"]) {
      if (has(name)) add(await textOf(join(folder, name)), name === ".gitignore");
    }
    const trackedOnly = own === null && (this.#trackedOnly || this.#decide(folder, true) === true);
    return new IgnoreRules(layers, repository, trackedOnly);
  }

  /** Whether the entry at the absolute `path` is left out. A folder that holds a tracked file is not. */
  async ignores(path: string, isFolder: boolean): Promise<boolean> {
    const decided = this.#decide(path, isFolder);
    const isOut = decided ?? false;
    if (!isOut && !this.#trackedOnly) return false;
    if (decided === false && this.#decidesForFerris(path, isFolder) === false) return false;
    if (this.#decidesForFerris(path, isFolder) === true) return true;
    const tracked = await this.#repository?.tracked();
    if (!tracked) return true;
    const inside = insideOf(this.#repository!.folder, path);
    return isFolder ? !foldersOf(tracked).has(inside) : !tracked.has(inside);
  }

  #decide(path: string, isFolder: boolean): boolean | null {
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const { folder, rules } = this.#layers[i];
      const decision = rules.decide(insideOf(folder, path), isFolder);
      if (decision !== null) return decision;
    }
    return null;
  }

  /** The same by .ferrisignore alone: what it leaves out is left out, tracked or not. */
  #decidesForFerris(path: string, isFolder: boolean): boolean | null {
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const { folder, rules, isGits } = this.#layers[i];
      if (isGits) continue;
      const decision = rules.decide(insideOf(folder, path), isFolder);
      if (decision !== null) return decision;
    }
    return null;
  }
}

const foldsCase = process.platform === "win32" || process.platform === "darwin";

const foldersByPaths = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();

/** The folders that hold a tracked file, at any depth. */
function foldersOf(tracked: ReadonlySet<string>): ReadonlySet<string> {
  let folders = foldersByPaths.get(tracked) as Set<string> | undefined;
  if (folders) return folders;
  folders = new Set();
  for (const path of tracked) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  foldersByPaths.set(tracked, folders);
  return folders;
}

/** `path` lies below `folder`. */
function insideOf(folder: string, path: string): string {
  const inside = path.slice(folder.endsWith(sep) ? folder.length : folder.length + 1);
  return sep === "/" ? inside : inside.replaceAll(sep, "/");
}

/** The nearest folder at or above `start` that a repository has for its top. */
function topOf(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    if (gitAt(folder) !== null) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** Null for a file that is not there, and for a symbolic link, which git does not read either. */
async function textOf(path: string): Promise<string | null> {
  const bytes = await readRegularFile(path, { mostBytes }).catch(() => null);
  return bytes === null || bytes.length > mostBytes ? null : bytes.toString();
}
