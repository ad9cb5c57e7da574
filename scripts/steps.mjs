/**
 * The steps that `npm test` and `npm run quickstart` share: install what is missing, build, run a program and stop on failure.
 *
 * Plain JavaScript and Node's own modules alone, because it runs before anything is installed. npm's lifecycle scripts
 * (prepare, pretest) are not used: this repository turns install scripts off, and those go with them.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A heading for people; the programs below it print what they like. */
export function say(text) {
  console.log(`\n\x1b[1m==> ${text}\x1b[0m`);
}

/** "48 s" or "2 min 5 s". */
export function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Ends this process when Node is older than package.json's `engines` asks for, in words instead of a syntax error later. */
export function requireNode() {
  const wanted = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.node.replace(">=", "");
  const [major, minor] = wanted.split(".").map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split(".").map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  console.error(`Node ${wanted} or newer is needed, this is ${process.versions.node}: https://nodejs.org`);
  process.exit(1);
}

/** Runs a program of Node's in the repository, its output straight through; ends this process with its exit code when it fails. */
export function runNode(what, argv, options = {}) {
  const { status, signal, error } = spawnSync(process.execPath, argv, { cwd: root, stdio: "inherit", ...options });
  if (status === 0) return;
  console.error(`\n${what} failed${signal ? ` (${signal})` : ""}${error ? `: ${error.message}` : ""}.`);
  process.exit(status || 1);
}

function npmCommandLine() {
  // Inside `npm run` npm says where it is; that spares the shell that npm.cmd needs on Windows.
  if (process.env.npm_execpath) return [process.execPath, process.env.npm_execpath];
  return process.platform === "win32" ? ["npm.cmd"] : ["npm"];
}

/** `npm ci`, when node_modules is missing or older than the lock file. */
export function install() {
  const installed = join(root, "node_modules", ".package-lock.json");
  const lockFile = join(root, "package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockFile).mtimeMs) return;
  say("Installing (npm ci)");
  const [program, ...first] = npmCommandLine();
  const shell = program === "npm.cmd";
  const { status, error } = spawnSync(program, [...first, "ci"], { cwd: root, stdio: "inherit", shell });
  if (status === 0) return;
  console.error(`\nnpm ci failed${error ? `: ${error.message}` : ""}. Is the npm registry reachable?`);
  process.exit(status || 1);
}

/** Compiles these projects and what they refer to; with none, everything, tests included. */
export function build(...projects) {
  say("Building (tsc -b)");
  const compiler = join("node_modules", "typescript", "bin", "tsc");
  runNode("The build", [compiler, "-b", ...projects]);
  runNode("The copy of pdf.js", [join("scripts", "copy-pdfjs.mjs")]);
}

/** Builds the page of `ferris serve` into the ferris package. */
export function buildPage() {
  say("Building the page (vite)");
  runNode("The build of the page", [join("node_modules", "vite", "bin", "vite.js"), "build", join("packages", "web")]);
}
