/** How the tests run: straight from the TypeScript sources (condition "@ferris/source"), forked processes, a software GPU from globalSetup. */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@ferris/source"] },
  ssr: { resolve: { conditions: ["@ferris/source", "node"] } },
  test: {
    // Processes and not threads: the environment of globalSetup has to be there when a process starts.
    pool: "forks",
    // vitest leaves one core to itself; of two that is half the machine, and many of these tests wait for a process of their own.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: ["packages/*/test/**/*.test.ts", "examples/browser/test/**/*.test.ts"],
    globalSetup: ["packages/testing/src/vitest-global-setup.ts"],
    // One kernel on a software adapter, on a busy machine of two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
