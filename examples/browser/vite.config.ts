/** The site, with addresses relative to wherever it is put. site.mjs adds what the page fetches, and the service worker. */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, relative, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** What the model's folder has, so that the page asks for nothing in vain. */
const model = dirname(createRequire(import.meta.url).resolve("all-minilm-l6-v2-q8/package.json"));
const modelFiles = readdirSync(model, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(model, join(entry.parentPath, entry.name)).split(sep).join("/"));

export default defineConfig({
  define: { modelFiles: JSON.stringify(modelFiles) },
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
