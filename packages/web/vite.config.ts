/** The page of `ferris serve`, built into the ferris package, which ships and serves it: packages/ferris/web. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // The server may stand behind another one, below a path of its own.
  base: "./",
  publicDir: false,
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("../ferris/web", import.meta.url)),
    emptyOutDir: true,
    // light-dark(), which the colours are made of.
    target: ["chrome123", "firefox128", "safari17.5"],
    // The page's policy allows no script and no picture that stands in the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Of the libraries that are in it, which want to be named beside it.
    license: { fileName: "licences.md" },
  },
});
