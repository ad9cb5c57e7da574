/**
 * What git itself knows about a repository, as far as it decides which files count: its folders, exclude files, tracked files.
 *
 * Files are read as git keeps them, git is not run. They may be a stranger's: all are bounded, and what cannot be read counts as absent.
 */
import type { Stats } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { readRegularFile } from "../../files/read-file.ts";
import { statIfThere } from "../../files/stat-if-there.ts";
import { expandHome, isOn, settingsOf, surroundingsOf } from "./git-config.ts";
import { trackedPaths } from "./git-index.ts";

const mostBytes = 2 ** 20;
const mostIndexBytes = 2 ** 28;

export interface Repository {
  /** The folder with `.git` in it. */
  readonly folder: string;
  readonly ignoreCase: boolean;
  /** Rules that hold in the whole repository, weakest first: the user's own (core.excludesFile), then info/exclude. */
  readonly excludes: readonly string[];
  /** Paths below `folder` that git tracks, with slashes; null where that is not known. Read when first asked for. */
  tracked(): Promise<ReadonlySet<string> | null>;
}

/** What `.git` in a folder is; null where there is none, or one that leads nowhere: a loop of links, a place that may not be looked at. */
export function gitAt(folder: string): Stats | null {
  try {
    return statIfThere(join(folder, ".git")) ?? null;
  } catch {
    return null;
  }
}

/** The repository whose top is `folder`, or null where there is none. `.git` may be a file: of a worktree, or a submodule. */
export async function repositoryAt(folder: string): Promise<Repository | null> {
  const found = gitAt(folder);
  if (found === null) return null;
  const own = found.isDirectory() ? join(folder, ".git") : await linkedFolder(folder);
  if (own === null) return null;
  const common = resolve(own, ((await textOf(join(own, "commondir"))) ?? ".").trim());
  const around = await surroundingsOf(own);
  const files = [...userConfigs(), join(common, "config")];
  let settings = await settingsOf(files, around);
  if (isOn(settings.get("extensions.worktreeconfig") ?? ""))
    settings = await settingsOf([...files, join(own, "config.worktree")], around);
  const named = settings.get("core.excludesfile");
  const userFile = named === undefined ? join(configHome(), "git", "ignore") : expandHome(named, folder);
  const excludes: string[] = [];
  for (const file of [userFile, join(common, "info", "exclude")]) {
    const text = file === "" ? null : await textOf(file);
    if (text !== null) excludes.push(text);
  }
  const ignoreCase = settings.get("core.ignorecase");
  let tracked: Promise<ReadonlySet<string> | null> | null = null;
  return {
    folder,
    ignoreCase: ignoreCase === undefined ? foldsCase : isOn(ignoreCase),
    excludes,
    tracked: () =>
      (tracked ??= readRegularFile(join(own, "index"), { follow: true, mostBytes: mostIndexBytes }).then(
        trackedPaths,
        () => null,
      )),
  };
}

/** As git sets core.ignoreCase where file systems fold case. */
const foldsCase = process.platform === "win32" || process.platform === "darwin";

async function linkedFolder(folder: string): Promise<string | null> {
  const target = /^gitdir: (.+)/.exec((await textOf(join(folder, ".git"))) ?? "")?.[1];
  return target === undefined ? null : resolve(folder, target.trim());
}

function configHome(): string {
  return process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
}

function userConfigs(): string[] {
  const global = process.env.GIT_CONFIG_GLOBAL;
  const own = global === undefined ? [join(configHome(), "git", "config"), join(homedir(), ".gitconfig")] : [global];
  return process.env.GIT_CONFIG_NOSYSTEM ? own : [process.env.GIT_CONFIG_SYSTEM ?? "/etc/gitconfig", ...own];
}

async function textOf(path: string): Promise<string | null> {
  const bytes = await readRegularFile(path, { follow: true, mostBytes }).catch(() => null);
  return bytes === null || bytes.length > mostBytes ? null : bytes.toString();
}
