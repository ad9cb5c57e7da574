/**
 * `npm run docs:cli`: writes the tables of options in docs/cli.md and the manual's page, ferris.1, from the definitions that the parser reads, and
 * the tables of docs/models.md from the catalogue. Build first.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withCatalogue } from "../packages/ferris/dist/cli/catalogue-page.js";
import { manualPage } from "../packages/ferris/dist/cli/manual.js";
import { makeProgram } from "../packages/ferris/dist/cli/program.js";
import { withReference } from "../packages/ferris/dist/cli/reference.js";
import { versionOfFerris } from "../packages/ferris/dist/cli/version.js";
import { root } from "./steps.mjs";

const rewrite = (name, change) => {
  const page = join(root, "docs", name);
  writeFileSync(page, change(readFileSync(page, "utf8")));
};
rewrite("cli.md", (page) => withReference(page, makeProgram()));
rewrite("models.md", withCatalogue);
mkdirSync(join(root, "packages/ferris/man"), { recursive: true });
writeFileSync(join(root, "packages/ferris/man/ferris.1"), manualPage(makeProgram(), versionOfFerris()));
