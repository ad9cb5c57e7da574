/**
 * What .gitignore and .ferrisignore files leave out of a folder that a page was given: the rules that walk/ignore-rules.ts keeps to on a disk.
 *
 * What git tracks in spite of its rules is not known here, nor are a user's own rules: a page is given no .git.
 */
import { basename } from "#platform/paths";
import { GitignoreRules } from "../documents/walk/gitignore-rules.ts";
import type { PageFile } from "./page-file.ts";

/** In the order in which they count: what ferris is told outweighs what git is. */
const names = [".ferrisignore", ".gitignore"] as const;
const mostBytes = 2 ** 20;

export class DroppedIgnoreRules {
  /** By folder. */
  readonly #rules = new Map<string, readonly GitignoreRules[]>();

  /** The rules in those of `files` that are rule files. One that cannot be read any more has none. */
  static async of(files: readonly PageFile[]): Promise<DroppedIgnoreRules> {
    const all = new DroppedIgnoreRules();
    for (const name of names) {
      for (const file of files) {
        if (basename(file.path) !== name || file.size > mostBytes) continue;
        const bytes = await file.bytes().catch(() => new Uint8Array());
        const rules = new GitignoreRules(new TextDecoder().decode(bytes));
        const folder = folderOf(file.path);
        if (!rules.isEmpty) all.#rules.set(folder, [...(all.#rules.get(folder) ?? []), rules]);
      }
    }
    return all;
  }

  /** Whether the rules above it, the nearest first, leave it out. Of a path below a folder that is left out nothing needs to be asked. */
  ignores(path: string, isFolder: boolean): boolean {
    if (this.#rules.size === 0) return false;
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      for (const rules of this.#rules.get(folder) ?? []) {
        const decision = rules.decide(path.slice(folder.length + 1), isFolder);
        if (decision !== null) return decision;
      }
      if (folder === "") return false;
    }
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
