/** The site, with addresses relative to wherever it is put. scripts/site.ts adds what the page fetches, and the service worker. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  logLevel: "warn",
  // From the sources, as the tests: nothing needs to be built before.
  resolve: { conditions: ["@ferris/source", "browser", "module", "import"] },
  worker: { format: "es" },
  build: {
    outDir: fileURLToPath(new URL("dist", import.meta.url)),
    emptyOutDir: true,
    target: ["chrome123", "firefox128", "safari17.5"],
    // The page's policy allows no script and no picture that stands in the page itself.
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 2_000,
  },
});
