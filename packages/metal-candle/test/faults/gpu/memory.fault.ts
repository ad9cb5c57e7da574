/** Too little memory for a process with a software adapter (prlimit): a typed error or right vectors, whatever the limit; never wrong ones. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fault } from "@ferris/testing";
import { tinyModelFolder } from "../../support/goldens.ts";

const child = fileURLToPath(new URL("../../support/load-child.mjs", import.meta.url));
const hasPrlimit = process.platform === "linux" && spawnSync("prlimit", ["--version"]).status === 0;

interface Ending {
  readonly sum?: number;
  readonly code?: string | null;
  readonly during?: string;
  readonly message?: string;
}

for (const device of ["gpu", "cpu"] as const) {
  fault(
    `too little memory for the process (${device})`,
    { seconds: 8, least: 4, unless: hasPrlimit ? null : "prlimit is not here" },
    async (run) => {
      const start = (
        limit: string | null,
      ): { status: number | null; signal: string | null; ending: Ending | null; said: string } => {
        const args = [
          ...(limit === null ? [] : [limit]),
          process.execPath,
          child,
          tinyModelFolder("bert"),
          device,
          "200",
        ];
        const { status, signal, stdout, stderr } = spawnSync("prlimit", args, { encoding: "utf8", timeout: 120_000 });
        const line = stdout.trim().split("\n").at(-1)!;
        return { status, signal, ending: line.startsWith("{") ? (JSON.parse(line) as Ending) : null, said: stderr };
      };
      const expected = start(null).ending?.sum;
      if (expected === undefined) throw new Error("Without a limit it does not work either.");
      for (const _ of run.tries()) {
        const isGpu = device === "gpu";
        const megabytes = isGpu ? 200 + run.random.below(2_800) : 60 + run.random.below(500);
        // Of what it may write to, and of addresses: Node itself takes a gigabyte of those.
        const limit = isGpu && run.random() < 0.4 ? "as" : "data";
        const most = megabytes + (limit === "as" ? 1_200 : 0);
        const { status, signal, ending, said } = start(`--${limit}=${most * 2 ** 20}`);
        if (ending?.sum !== undefined) {
          if (ending.sum !== expected) run.lost(`${limit} ${most} MB: other vectors`);
          run.ended("right");
        } else if (ending?.code) run.ended(`${ending.code} at ${ending.during}`);
        else if (ending) {
          run.ended("an error without a code");
          run.lost(`${limit} ${most} MB: ${ending.message}`);
        } else if (signal === null && status === null) run.lost(`${limit} ${most} MB: hangs`);
        // A GPU that does not fit is refused before its driver finds out.
        else if (isGpu) run.lost(`${limit} ${most} MB: ended by ${signal ?? status}`);
        // Node's own heap, a library that does not fit: the process is ended, and nothing was written.
        else
          run.ended(
            `ended by ${/out of memory|bad_alloc|Allocation failed|mmap|Cannot allocate|thread/i.exec(said)?.[0] ?? signal ?? status}`,
          );
      }
    },
  );
}
