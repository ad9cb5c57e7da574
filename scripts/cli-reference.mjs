/** `npm run docs:cli`: writes the tables of options in docs/cli.md from the definitions that the parser reads. Build first. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeProgram } from "../packages/ferris/dist/cli/program.js";
import { withReference } from "../packages/ferris/dist/cli/reference.js";
import { root } from "./steps.mjs";

const page = join(root, "docs", "cli.md");
writeFileSync(page, withReference(readFileSync(page, "utf8"), makeProgram()));
