/**
 * House rules that no linter knows; part of `npm run lint`. Prints every breach with its place, and fails if there is one.
 *
 * Looks at the files that git tracks or would track. Fixtures and goldens are other people's text and are left alone.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import picomatch from "picomatch";
import { root } from "./steps.mjs";

const maximumLines = 400;
const maximumBytes = 3_000_000;
/** The default weights are a package of this repository: 24 MB that every user needs. */
const weightsPackage = "packages/all-minilm-l6-v2-q8/";
const oldestNode = ">=20.19.0";
/** Spelled with brackets, or this line would break its own rule. */
const unfinished = /\b(T[O]DO|F[I]XME|H[A]CK|X[X]X)\b/;

const breaches = [];
const breach = (place, text) => breaches.push(`${place}: ${text}`);

function checkSource(file, text) {
  const lines = text.split("\n");
  const opening = lines[0].startsWith("#!") ? lines.slice(1).join("\n") : text;
  if (!/^(\/\*\*|\/\/|#)/.test(opening) && !(file.endsWith(".css") && opening.startsWith("/*"))) {
    breach(`${file}:1`, "opens without a comment that says what the file is, what it is not, and where it stands");
  }
  if (lines.length - 1 > maximumLines) {
    breach(file, `has ${lines.length - 1} lines, more than ${maximumLines}: it holds more than one thing`);
  }
  for (const [index, line] of lines.entries()) {
    const mark = unfinished.exec(line)?.[1];
    if (mark) breach(`${file}:${index + 1}`, `${mark}: do it, or write an issue`);
    const switchedOff = file.endsWith(".test.ts") && /\.(only|skip|todo)\(/.exec(line)?.[1];
    if (switchedOff)
      breach(`${file}:${index + 1}`, `.${switchedOff}(): a test runs always, or says NOT RUN through @ferris/testing`);
  }
}

/** The parts of ferris that people talk to through a command line, or that stand beside it; everything else speaks to programs. */
const speaksToPeople = /^packages\/ferris\/src\/(cli|mcp|server)\//;
const commandLineWords = [
  [/(?:^|[\s"'`(])--[a-z][a-z-]+(?![\w.#]*\s*[<>=]=)/, "a flag"],
  [/\bnpx /, "npx"],
  [/\bferris (?:search|index|pull|doctor|status|rm|ls|get|ask|mcp|config|watch|compact|eval)\b/, "a command of ferris"],
  [/\bFERRIS_[A-Z]/, "a variable of the command line"],
  [/\bexitCode\b/, "an exit code"],
];
/** Other programs' command lines: what to type there is all that helps. */
const otherPrograms = /npm install|ocrmypdf|nbconvert|expose-gc/;

/** Messages of the library name options and values; flags and commands are the hints of cli/hints.ts. */
function checkLibraryWords(file, text) {
  if (!/^packages\/(ferris|metal-candle)\/src\//.test(file) || speaksToPeople.test(file)) return;
  for (const [index, line] of text.split("\n").entries()) {
    const code = line.replace(/^\s*(\/?\*|\/\/).*/, "").replace(/\/\/ .*/, "");
    if (otherPrograms.test(code)) continue;
    const found = commandLineWords.find(([words]) => words.test(code));
    if (found) breach(`${file}:${index + 1}`, `${found[1]} below cli/: carry data, and put the hint into cli/hints.ts`);
  }
}

/** Literals that one message is put together from. */
const message = /new \w+(?:Error|Problem)\(\s*((?:"[^"\n]*"|`[^`]*`)(?:\s*\+\s*(?:"[^"\n]*"|`[^`]*`))*)/g;

/** A message of one clause has no full stop, for it follows "ferris: "; one of several sentences has them all. */
function checkMessages(file, text) {
  if (!file.startsWith("packages/ferris/src/")) return;
  for (const { 1: literals, index } of text.matchAll(message)) {
    const said = [...literals.matchAll(/"([^"\n]*)"|`([^`]*)`/g)]
      .map(([, plain, template]) => plain ?? template)
      .join("")
      .replace(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, "V");
    const isOne = !/(?:[.?!]|^V)\s+[A-Z]/.test(said);
    if (isOne !== said.endsWith(".") || /\?$|\sV$/.test(said)) continue;
    const place = `${file}:${text.slice(0, index).split("\n").length}`;
    breach(place, isOne ? "a message of one clause ends without a full stop" : "sentences end with a full stop");
  }
}

function checkManifest(file, text) {
  const manifest = JSON.parse(text);
  const isData = file.startsWith(weightsPackage);
  if (!isData && manifest.engines?.node !== oldestNode) {
    breach(file, `engines.node is ${manifest.engines?.node ?? "missing"}, and should be ${oldestNode}`);
  }
  if (manifest.license !== "Apache-2.0") breach(file, `license is ${manifest.license ?? "missing"}, not Apache-2.0`);
}

const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
const files = execFileSync("git", listing, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 })
  .split("\0")
  .filter(Boolean);

for (const file of files) {
  const path = join(root, file);
  if (!existsSync(path)) continue;
  const { size } = statSync(path);
  if (size > maximumBytes && !file.startsWith(weightsPackage)) {
    breach(file, `has ${(size / 1e6).toFixed(1)} MB, more than ${maximumBytes / 1e6}: a clone should stay small`);
  }
  if (/(^|\/)(fixtures|goldens)\//.test(file)) continue;
  if (/\.(ts|tsx|mts|js|mjs|css|sh)$/.test(file) || file === ".ci/run") {
    const text = readFileSync(path, "utf8");
    checkSource(file, text);
    checkLibraryWords(file, text);
    checkMessages(file, text);
    if (file.startsWith("packages/ferris/src/cli/") && /\.(option|requiredOption)\("/.test(text)) {
      breach(file, "an option of a command is a Flag (cli/options.ts): completion and the docs' tables read it");
    }
  }
  if (/(^|\/)package\.json$/.test(file)) checkManifest(file, readFileSync(path, "utf8"));
}

/** What ships is used by what ships: code that tests or benchmarks alone call belongs to them. */
function checkUse() {
  const isSource = (file) => /^packages\/[\w-]+\/src\/.*\.tsx?$/.test(file);
  const users = files.filter(
    (file) =>
      isSource(file) ||
      /^(scripts|packages\/[\w-]+\/bin)\/.*\.m?js$|^vitest\.(?:\w+\.)?config\.ts$|^packages\/web\/index\.html$|\/package\.json$/.test(
        file,
      ),
  );
  const used = new Set();
  for (const user of users) {
    if (!existsSync(join(root, user))) continue;
    const text = readFileSync(join(root, user), "utf8");
    for (const [, name] of text.matchAll(/["'](\.{0,2}\/?[\w@./-]+\.(?:tsx?|m?js))["']/g)) {
      const path = name.startsWith(".") ? join(dirname(user), name) : name;
      used.add(path.replace("/dist/", "/src/").replace(/\.m?js$/, ".ts"));
    }
    const [, workspace] = /^(packages\/[\w-]+)\//.exec(user) ?? [];
    for (const [, door] of text.matchAll(/["']#platform\/([\w-]+)["']/g)) {
      for (const side of ["node", "browser"]) used.add(`${workspace}/src/platform/${door}.${side}.ts`);
    }
  }
  for (const file of files) {
    if (isSource(file) && existsSync(join(root, file)) && !used.has(file)) {
      breach(file, "nothing that ships imports it: delete it, or move it to the tests or benchmarks that use it");
    }
  }
}

/** What a test file does to its process is noticed by the next one in it, unless vitest.config.ts gives it its own. */
function checkProcesses() {
  const config = readFileSync(join(root, "vitest.config.ts"), "utf8");
  const [, list] = /const ownProcess = \[([^]*?)\n\];/.exec(config);
  const hasItsOwn = picomatch([...list.matchAll(/"([^"]+\.ts)"/g)].map(([, pattern]) => pattern));
  const leaves =
    /vi\.(?:doMock|mock|resetModules)\(|\bmemoryUsage\b|\bmemoryInUse\(|\bprocess\.env(?:\.\w+|\[[^\]]+\]) = |\basOrdinaryUser\(/;
  for (const file of files) {
    if (!file.endsWith(".test.ts") || hasItsOwn(file) || !existsSync(join(root, file))) continue;
    const what = leaves.exec(readFileSync(join(root, file), "utf8"))?.[0];
    if (what) breach(file, `${what.trim()} takes a process of its own: list the file in vitest.config.ts (ownProcess)`);
  }
}

checkUse();
checkProcesses();
for (const line of breaches) console.error(line);
if (breaches.length > 0) {
  console.error(`\n${breaches.length} house rules broken.`);
  process.exit(1);
}
console.log(`House rules: ${files.length} files, all kept.`);
