/** Errors that the system gives to a process, injected by strace (Linux) at the n-th call on certain files. */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "@ferris/testing";
import { ferrisCommand, type RunOptions } from "../../cli/support/ferris-process.ts";
import { folderOf } from "../../support/files.ts";

/** Why errors cannot be injected here; null where they can. */
export const noStrace = ((): string | null => {
  if (process.platform !== "linux") return "strace is Linux's alone";
  const tried = spawnSync("strace", ["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=openat", "true"]);
  if (tried.error) return "strace is not installed (apt-get install strace)";
  return tried.status === 0 ? null : `strace may not trace here: ${tried.stderr.toString().trim().split("\n")[0]}`;
})();

/** What each call may answer that did not do what it was asked for. A write of 0 bytes is one that was cut short. */
export const failures: Readonly<Record<string, readonly string[]>> = {
  openat: ["error=EIO", "error=EMFILE", "error=EACCES", "error=EINTR"],
  read: ["error=EIO", "error=EINTR"],
  pread64: ["error=EIO", "error=EINTR"],
  write: ["error=EIO", "error=ENOSPC", "retval=0"],
  pwrite64: ["error=EIO", "error=ENOSPC", "error=EINTR", "retval=0"],
  fsync: ["error=EIO", "error=ENOSPC"],
  fdatasync: ["error=EIO", "error=ENOSPC"],
  ftruncate: ["error=EIO", "error=EINTR"],
  unlink: ["error=EIO", "error=EACCES"],
  rename: ["error=EIO", "error=ENOSPC"],
  renameat2: ["error=EIO"],
  mkdir: ["error=EIO", "error=ENOSPC"],
  fstat: ["error=EIO"],
  newfstatat: ["error=EIO", "error=EACCES"],
  statx: ["error=EIO", "error=EACCES"],
  fcntl: ["error=EIO", "error=ENOLCK"],
  lseek: ["error=EIO"],
  getdents64: ["error=EIO"],
};

const trace = `trace=${Object.keys(failures).join()}`;

export interface Traced {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of strace: what was called on those files. */
  readonly calls: readonly string[];
}

/** Runs `ferris ARGS` below strace; only calls on one of `paths`, or on what was opened there, count. */
export async function traced(
  args: readonly string[],
  paths: readonly string[],
  inject: string | null,
  options: RunOptions = {},
): Promise<Traced> {
  const log = join(folderOf(), "calls");
  const { file, args: all, env, home } = ferrisCommand(args, options.environment);
  const filters = paths.flatMap((path) => ["-P", path]);
  const injection = inject === null ? [] : ["-e", `inject=${inject}`];
  const strace = ["-f", "--seccomp-bpf", "-qq", "-o", log, "-e", trace, ...injection, ...filters, file, ...all];
  const child = spawn("strace", strace, { cwd: options.cwd ?? home, env, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const limit = setTimeout(() => child.kill("SIGKILL"), 120_000);
  const code = await new Promise<number | null>((resolve) => child.once("close", (status) => resolve(status)));
  clearTimeout(limit);
  return { code, stdout, stderr, calls: readFileSync(log, "utf8").split("\n").filter(Boolean) };
}

/** Calls of a run that nothing was injected into: by name, most of one thread (strace counts by thread). */
export function counted(calls: readonly string[]): ReadonlyMap<string, number> {
  const byThread = new Map<string, number>();
  for (const line of calls) {
    const found = /^(\d+)\s+(\w+)\(/.exec(line);
    if (found) byThread.set(`${found[2]} ${found[1]}`, (byThread.get(`${found[2]} ${found[1]}`) ?? 0) + 1);
  }
  const most = new Map<string, number>();
  for (const [key, count] of byThread) {
    const [name] = key.split(" ") as [string];
    most.set(name, Math.max(most.get(name) ?? 0, count));
  }
  return most;
}

/** One call that is to fail, and how. */
export function someFailure(random: Random, calls: ReadonlyMap<string, number>): { call: string; inject: string } {
  const call = random.of([...calls.keys()].filter((name) => failures[name]));
  const how = random.of(failures[call]!);
  return {
    call: `${call} ${how.replace(/^\w+=/, "")}`,
    inject: `${call}:${how}:when=${1 + random.below(calls.get(call)!)}`,
  };
}
