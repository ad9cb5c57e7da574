/**
 * `npm run audit`: what this repository depends on. The lock file pins every package by its hash, install scripts stay off, what ships has a
 * licence that lets it, and `npm audit` knows nothing of high severity against it. Prints the licences.
 *
 * Where the registry does not answer an audit, that is told as NOT RUN; the rest needs no network.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./steps.mjs";

/** May be shipped with or installed beside a program of any licence. */
const permissive = new Set([
  "MIT",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "0BSD",
  "PSF-2.0",
  "CC0-1.0",
  "BlueOak-1.0.0",
]);
/** As some packages spell them. */
const spellings = { Apache: "Apache-2.0" };

const breaches = [];
const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
const installed = Object.entries(packages).filter(([path, { link }]) => path.includes("node_modules/") && !link);
const shipped = installed.filter(([, { dev }]) => !dev);

for (const [path, { integrity, resolved }] of installed) {
  if (!integrity) breaches.push(`package-lock.json: ${path} has no hash`);
  if (resolved && !resolved.startsWith("https://registry.npmjs.org/")) {
    breaches.push(`package-lock.json: ${path} comes from ${resolved}`);
  }
}

if (!/^ignore-scripts\s*=\s*true$/m.test(readFileSync(join(root, ".npmrc"), "utf8"))) {
  breaches.push(".npmrc: install scripts are not off");
}

/** One of the licences that a package offers is enough. */
function isPermissive(expression) {
  const names = expression.replace(/[()]/g, "").split(" OR ");
  return names.some((name) => name.split(" AND ").every((part) => permissive.has(spellings[part] ?? part)));
}

const licences = new Map();
for (const [path, { license }] of shipped) {
  const name = license ?? "none";
  licences.set(name, [...(licences.get(name) ?? []), path.replace(/^.*node_modules\//, "")]);
  if (!isPermissive(name)) breaches.push(`${path} ships, and its licence is ${name}`);
}
for (const [name, users] of [...licences].sort(([, a], [, b]) => b.length - a.length)) {
  console.log(`${String(users.length).padStart(4)} ${name}${users.length > 8 ? "" : `: ${users.join(", ")}`}`);
}

const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
const [program, ...first] = npm;
const { stdout } = spawnSync(program, [...first, "audit", "--omit=dev", "--audit-level=high", "--json"], {
  cwd: root,
  encoding: "utf8",
  timeout: 120_000,
});
const found = parsed(stdout)?.metadata?.vulnerabilities;
if (found === undefined) console.log("NOT RUN: npm audit, the registry does not answer it");
else {
  console.log(
    `npm audit: ${Object.entries(found)
      .map(([level, count]) => `${count} ${level}`)
      .join(", ")}`,
  );
  if (found.high + found.critical > 0) breaches.push("npm audit knows of something high or critical in what ships");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

for (const line of breaches) console.error(line);
if (breaches.length > 0) process.exit(1);
console.log(
  `Dependencies: ${installed.length} pinned by hash, ${shipped.length} ship or are installed with what ships.`,
);
