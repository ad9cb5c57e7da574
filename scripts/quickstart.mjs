/**
 * `npm run quickstart`: from a clone to search results, on real documents that nobody here wrote.
 *
 * Installs, builds, indexes the READMEs of the installed packages (a few hundred) into `.ferris/` of this clone, and asks questions: the first
 * as soon as the documents are found by their words, the others when they are found by meaning too. It runs the same `ferris` command that
 * a user types, and prints each command line before it runs. No GPU is needed: ferris says which device it takes.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build, buildPage, duration, install, requireNode, root, runNode, say } from "./steps.mjs";

const ferris = join("packages", "ferris", "bin", "ferris.js");
const db = ".ferris";

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

/** Indexes, and calls `onWords` once all documents are found by their words; their vectors take longer. */
async function index(argv, onWords) {
  say(shown(argv));
  const indexing = spawn(process.execPath, [join(root, ferris), ...argv], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => indexing.once("close", resolve));
  let told = false;
  let report;
  for await (const line of createInterface({ input: indexing.stdout })) {
    report = JSON.parse(line);
    if (told || report.wordsFinished !== true) continue;
    told = true;
    onWords();
  }
  const code = await ended;
  if (code !== 0) {
    console.error("\nThat command failed.");
    process.exit(code ?? 1);
  }
  if (!told) onWords();
  console.log(`${report.added + report.unchanged} documents, ${report.chunksEmbedded} passages embedded`);
}

const start = Date.now();
requireNode();
install();
build("packages/ferris");
buildPage();
const search = (question) => runFerris("search", question, "--db", db, "-k", "3");
await index(["index", "node_modules", "--include", "*/README.md", "--db", db, "--json", "-q"], () =>
  search(questions[0]),
);
for (const question of questions) search(question);

say(`Done in ${duration(Date.now() - start)}. What to type next`);
console.log(`
  npx ferris search "your own question"            asks this index again (it is found in ${db}/)
  npx ferris index ~/Documents --db ~/my-index     indexes your own files
  npx ferris search "a question" --db ~/my-index   and searches them
  npx ferris doctor                                shows the GPU that was found, and how it is used
`);
