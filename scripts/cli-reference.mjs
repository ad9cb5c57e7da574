/**
 * `npm run docs:cli`: writes the tables of options in docs/cli.md from the definitions that the parser reads, and those of docs/models.md from the
 * catalogue. Build first.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withCatalogue } from "../packages/ferris/dist/cli/catalogue-page.js";
import { makeProgram } from "../packages/ferris/dist/cli/program.js";
import { withReference } from "../packages/ferris/dist/cli/reference.js";
import { root } from "./steps.mjs";

const rewrite = (name, change) => {
  const page = join(root, "docs", name);
  writeFileSync(page, change(readFileSync(page, "utf8")));
};
rewrite("cli.md", (page) => withReference(page, makeProgram()));
rewrite("models.md", withCatalogue);
