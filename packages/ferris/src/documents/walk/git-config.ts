/**
 * git's own settings as git reads them: sections, quotes, lines that go on behind a backslash, files that are included, always or for
 * some repositories and branches.
 *
 * Files may be a stranger's: all are bounded, and what cannot be read counts as absent. Of a file with a mistake in it, which git refuses, what stands before it counts.
 */
import { realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { readRegularFile } from "../../files/read-file.ts";
import { matcherOf } from "./gitignore-rules.ts";

const mostBytes = 2 ** 20;
const deepestInclude = 5;
/** More than anybody's settings are spread over. */
const mostFiles = 100;

/** What decides which files are included. */
export interface Surroundings {
  /** Of git's own folder, both as it was reached and as it is on the disk. */
  readonly folders: readonly string[];
  readonly branch: string | null;
}

/** @param folder git's own: `.git`, or what that file names */
export async function surroundingsOf(folder: string): Promise<Surroundings> {
  const real = await realpath(folder).catch(() => folder);
  const head = (await textOf(join(folder, "HEAD"))) ?? "";
  return { folders: [...new Set([folder, real])], branch: /^ref: refs\/heads\/(\S+)/.exec(head)?.[1] ?? null };
}

/** Values by "section.name" in lower case; later files and lines win. */
export async function settingsOf(
  files: readonly string[],
  around: Surroundings,
  depth = 0,
  budget = { files: mostFiles },
): Promise<Map<string, string>> {
  const settings = new Map<string, string>();
  for (const file of files) {
    // A file may include itself, a thousand times.
    if (budget.files-- <= 0) break;
    for (const { section, name, value } of entriesOf((await textOf(file)) ?? "")) {
      const isIncluded =
        section === "include" || (section.startsWith("includeif.") && holds(section.slice(10), file, around));
      if (name !== "path" || !isIncluded) settings.set(`${section}.${name}`, value ?? "true");
      else if (depth < deepestInclude && value) {
        const included = await settingsOf([expandHome(value, dirname(file))], around, depth + 1, budget);
        for (const [key, each] of included) settings.set(key, each);
      }
    }
  }
  return settings;
}

/** Whether a value means yes. */
export function isOn(value: string): boolean {
  return /^(?:true|yes|on|[-+]?0*[1-9]\d*[kmg]?)$/i.test(value);
}

export function expandHome(path: string, from: string): string {
  if (path === "") return "";
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(from, path);
}

interface Entry {
  /** In lower case, but for what is in quotes: `branch.Main`. */
  readonly section: string;
  readonly name: string;
  /** Null: a name alone, which means yes. */
  readonly value: string | null;
}

const header = /\[[ \t]*([\w.-]{1,200})(?:[ \t]+"((?:[^"\\\n]|\\[^\n]){0,4000})")?[ \t]*\]/y;
const named = /([A-Za-z][\w-]{0,200})[ \t]*/y;

function* entriesOf(written: string): Generator<Entry> {
  const text = written.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  let section = "";
  for (let at = 0; at < text.length;) {
    const sign = text[at]!;
    if (/\s/.test(sign)) at++;
    else if (sign === "#" || sign === ";") at = lineEnd(text, at);
    else if (sign === "[") {
      header.lastIndex = at;
      const found = header.exec(text);
      if (!found) return;
      section = found[1]!.toLowerCase() + (found[2] === undefined ? "" : `.${found[2].replace(/\\([^])/g, "$1")}`);
      at = header.lastIndex;
    } else {
      named.lastIndex = at;
      const found = named.exec(text);
      if (!found || section === "") return;
      const name = found[1]!.toLowerCase();
      const end = named.lastIndex;
      if (text[end] !== "=") {
        yield { section, name, value: null };
        at = lineEnd(text, end);
        continue;
      }
      const read = valueAt(text, end + 1);
      if (read === null) return;
      yield { section, name, value: read.value };
      at = read.end;
    }
  }
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", '"': '"', "\\": "\\", "\n": "" };

/** Up to the end of the line; null for what git refuses. */
function valueAt(text: string, start: number): { value: string; end: number } | null {
  let value = "";
  let blanks = "";
  let isQuoted = false;
  for (let at = start; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === "\n") return isQuoted ? null : { value, end: at };
    if (!isQuoted && (sign === "#" || sign === ";")) return { value, end: lineEnd(text, at) };
    if (!isQuoted && /\s/.test(sign)) {
      if (value !== "") blanks += sign;
      continue;
    }
    value += blanks;
    blanks = "";
    if (sign === '"') isQuoted = !isQuoted;
    else if (sign !== "\\") value += sign;
    else {
      const escaped = escapes[text[++at] ?? ""];
      if (escaped === undefined) return null;
      value += escaped;
    }
  }
  return isQuoted ? null : { value, end: text.length };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Whether a file with the condition of an `includeIf` is included here. */
function holds(condition: string, file: string, { folders, branch }: Surroundings): boolean {
  const [, kind, written] = /^(gitdir|gitdir\/i|onbranch):([^]+)$/.exec(condition) ?? [];
  if (kind === undefined) return false;
  const open = written!.endsWith("/") ? `${written}**` : written!;
  if (kind === "onbranch") return branch !== null && matches(open, branch, false);
  const rooted = /^~\/|^\.\//.test(open) ? expandHome(open, dirname(file)) : open;
  const pattern = rooted.startsWith("/") || /^[A-Za-z]:/.test(rooted) ? rooted : `**/${rooted}`;
  return folders.some((folder) => matches(asSlashes(pattern), asSlashes(folder), kind === "gitdir/i"));
}

function matches(pattern: string, path: string, ignoreCase: boolean): boolean {
  return matcherOf(pattern, ignoreCase)?.(new TextEncoder().encode(path), path) ?? false;
}

function asSlashes(path: string): string {
  return sep === "\\" ? path.replaceAll("\\", "/") : path;
}

async function textOf(path: string): Promise<string | null> {
  const bytes = await readRegularFile(path, { follow: true, mostBytes }).catch(() => null);
  return bytes === null || bytes.length > mostBytes ? null : bytes.toString();
}
