/** A run of its own, in a realm of its own: realms.test.ts starts it. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@ferris/source"] },
  ssr: { resolve: { conditions: ["@ferris/source", "node"] } },
  test: { pool: "vmForks", include: ["vector.case.ts"] },
});
