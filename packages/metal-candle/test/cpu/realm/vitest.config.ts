/** A run of its own, in a realm of its own: realms.test.ts starts it. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@ferris/source"] },
  ssr: { resolve: { conditions: ["@ferris/source", "node"] } },
  // Ends what hangs: loading the native runtime into a realm takes a busy machine more than Vitest's own five seconds.
  test: { pool: "vmForks", include: ["vector.case.ts"], testTimeout: 180_000, hookTimeout: 180_000 },
});
