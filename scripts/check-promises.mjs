/**
 * Holds SECURITY.md and docs/reliability.md to the tests; part of `npm run lint`. A promise names its tests by file, and in
 * docs/reliability.md by their names: file and name are there. Every fault of `npm run test:faults` stands in docs/reliability.md.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./steps.mjs";

const breaches = [];
const testFile = /\.(?:test|fault)\.ts$/;

/** Every row of the tables that promise something: its cells. */
function rowsOf(document) {
  const text = readFileSync(join(root, document), "utf8");
  const tables = text.split("\n\n").filter((part) => /^\| *(?:promise|what happens)/i.test(part.trim()));
  if (tables.length === 0) breaches.push(`${document}: no table of promises`);
  return tables.flatMap((table) =>
    table
      .trim()
      .split("\n")
      .slice(2)
      .map((line) =>
        line
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
  );
}

/** What tests of a file are called: as it says, where a name has parts that the file fills in. */
function namesIn(path) {
  const source = readFileSync(path, "utf8");
  const literals = [...source.matchAll(/"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g)].map(
    ([, plain, template]) => plain?.replace(/\\(.)/g, "$1") ?? template,
  );
  return (name) =>
    literals.some((literal) => {
      const pattern = literal
        .split(/\$\{[^}]*\}|%[sijd#]/)
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
        .join(".+");
      return new RegExp(`^${pattern}$`).test(name) && pattern.replace(/\.\+/g, "").length > 5;
    });
}

const linked = new Map();
for (const [document, mustName] of [
  ["SECURITY.md", false],
  ["docs/reliability.md", true],
]) {
  for (const cells of rowsOf(document)) {
    const kept = cells.at(-1);
    const links = [...kept.matchAll(/\[[^\]]*\]\(([^)]+)\)/g)].map(([, link]) => join(dirname(document), link));
    const tests = links.filter((link) => testFile.test(link));
    if (tests.length === 0 && !/every test process/.test(kept)) {
      breaches.push(`${document}: "${cells[0].slice(0, 60)}" names no test`);
    }
    for (const test of tests) if (!existsSync(join(root, test))) breaches.push(`${document}: ${test} is not there`);
    if (!mustName) continue;
    const there = tests.filter((test) => existsSync(join(root, test)));
    const names = [...kept.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    if (names.length === 0) breaches.push(`${document}: "${cells[0].slice(0, 60)}" names no test`);
    for (const name of names) {
      if (!there.some((test) => namesIn(join(root, test))(name))) {
        breaches.push(`${document}: no test of ${there.join(" or ")} is called \`${name}\``);
      }
    }
    for (const test of there) linked.set(test, [...(linked.get(test) ?? []), ...names]);
  }
}

const listing = ["ls-files", "--cached", "--others", "--exclude-standard", "*.fault.ts"];
for (const file of execFileSync("git", listing, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean)) {
  if (!linked.has(file)) breaches.push(`docs/reliability.md: nothing is said of ${file}`);
}

for (const line of breaches) console.error(line);
if (breaches.length > 0) process.exit(1);
console.log(`Promises: ${linked.size} files of tests stand behind docs/reliability.md.`);
