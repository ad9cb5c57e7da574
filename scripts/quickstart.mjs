/**
 * `npm run quickstart`: from a clone to search results, on real documents that nobody here wrote.
 *
 * Installs, builds, indexes the Markdown files of the installed packages (several hundred) into `.ferris/` of this clone, and asks three
 * questions. It runs the same `ferris` command that a user types, and prints each command line before it runs. No GPU is
 * needed: ferris says which device it takes.
 */
import { join } from "node:path";
import { build, buildPage, duration, install, requireNode, root, runNode, say } from "./steps.mjs";

const ferris = join("packages", "ferris", "bin", "ferris.js");
const index = ".ferris";

const questions = [
  "show a progress bar in the terminal",
  "parse command line options with default values",
  "which characters does a glob pattern match",
];

/** A command line as a person would type it. */
function shown(argv) {
  return ["npx ferris", ...argv.map((part) => (/[\s*]/.test(part) ? `"${part}"` : part))].join(" ");
}

function runFerris(...argv) {
  say(shown(argv));
  runNode("That command", [join(root, ferris), ...argv]);
}

const start = Date.now();
requireNode();
install();
build("packages/ferris");
buildPage();
runFerris("index", "node_modules", "--include", "**/*.md", "--db", index);
for (const question of questions) runFerris("search", question, "--db", index, "-k", "3");

say(`Done in ${duration(Date.now() - start)}. What to type next`);
console.log(`
  npx ferris search "your own question"            asks this index again (it is found in ${index}/)
  npx ferris index ~/Documents --db ~/my-index     indexes your own files
  npx ferris search "a question" --db ~/my-index   and searches them
  npx ferris doctor                                shows the GPU that was found, and how it is used
`);
