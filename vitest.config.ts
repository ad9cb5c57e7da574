/** How the tests run: straight from the TypeScript sources (condition "source"), forked processes, a software GPU from globalSetup. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source", "node"] } },
  test: {
    pool: "forks",
    include: ["packages/*/test/**/*.test.ts"],
    testTimeout: 60_000,
  },
});
