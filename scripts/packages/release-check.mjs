/**
 * `node scripts/packages/release-check.mjs v1.2.3`: whether the tag is the version of everything that is published, and the changelog has
 * it. Prints the changelog's part for the release; what is wrong goes to stderr, with exit code 1.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../steps.mjs";
import { packageNames } from "./pack.mjs";

const tag = process.argv[2] ?? "";
const version = tag.replace(/^v/, "");
const problems = [];
const read = (file) => readFileSync(join(root, file), "utf8");

for (const name of packageNames) {
  const manifest = JSON.parse(read(`packages/${name}/package.json`));
  // The weights have a version of their own: they change when the model does.
  if (name !== "all-minilm-l6-v2-q8" && manifest.version !== version) {
    problems.push(
      `packages/${name}/package.json has version ${manifest.version}, the tag says ${version || "nothing"}`,
    );
  }
  for (const [other, wanted] of Object.entries(manifest.dependencies ?? {})) {
    if (!packageNames.includes(other)) continue;
    const own = JSON.parse(read(`packages/${other}/package.json`)).version;
    if (wanted !== own) problems.push(`packages/${name} wants ${other} ${wanted}, and the repository has ${own}`);
  }
}

const section = read("CHANGELOG.md")
  .split(/^(?=## )/m)
  .find((part) => part.startsWith(`## ${version}`) && /^[\s(]/.test(part.slice(3 + version.length)));
if (section === undefined) problems.push(`CHANGELOG.md has no "## ${version}"`);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(section.trim());
