/** `npm run test:faults`: what goes wrong on purpose, at random moments of a seed. Runs as the suite does (vitest.config.ts), with a table in the end. */
import { defineConfig } from "vitest/config";
import { FaultReporter } from "./packages/testing/src/faults/fault-reporter.ts";
import suite from "./vitest.config.ts";

export default defineConfig({
  resolve: suite.resolve,
  ssr: suite.ssr,
  test: {
    pool: "forks",
    // Processes of their own, killed and stopped while they work: more at once would only measure how busy the machine is.
    maxWorkers: 2,
    globalSetup: suite.test!.globalSetup,
    setupFiles: ["packages/testing/src/vitest-file-setup.ts"],
    include: ["packages/*/test/faults/**/*.fault.ts"],
    hookTimeout: 120_000,
    reporters: ["default", new FaultReporter()],
  },
});
