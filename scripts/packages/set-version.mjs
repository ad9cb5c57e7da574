/**
 * What `npm version` runs after it has changed the repository's own version: the packages get the same, and so do their dependences on each other,
 * the lock file, CITATION.cff, the manual's page and the changelog. npm then commits all of it with the tag that starts the release.
 *
 *   npm version 0.2.0 --ignore-scripts=false      (this repository's .npmrc turns scripts off, and this is one)
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../steps.mjs";

// They have a version of their own, which changes when the model does.
const weights = "all-minilm-l6-v2-q8";

const read = (path) => readFileSync(join(root, path), "utf8");
const { version, workspaces } = JSON.parse(read("package.json"));
const manifests = workspaces.map((folder) => `${folder}/package.json`);
const ours = new Set(manifests.map((path) => JSON.parse(read(path)).name).filter((name) => name !== weights));

for (const path of manifests) {
  const manifest = JSON.parse(read(path));
  if (ours.has(manifest.name)) manifest.version = version;
  for (const kind of ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]) {
    for (const name of Object.keys(manifest[kind] ?? {})) if (ours.has(name)) manifest[kind][name] = version;
  }
  writeFileSync(join(root, path), `${JSON.stringify(manifest, null, 2)}\n`);
}

write("CITATION.cff", (text) => text.replace(/^version: .*$/m, `version: ${version}`));
write("packages/ferris/man/ferris.1", (text) => text.replace(/^(\.TH FERRIS 1 "" "ferris )[^"]*/m, `$1${version}`));
const today = new Date().toISOString().slice(0, 10);
write("CHANGELOG.md", (text) => text.replace(/^## Unreleased$/m, `## Unreleased\n\n## ${version} (${today})`));

run("npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund");
run("git", "add", "--update");

/** A file that the version stands in. */
function write(path, change) {
  const text = read(path);
  const changed = change(text);
  if (changed === text) throw new Error(`${path} does not say the version where it is looked for`);
  writeFileSync(join(root, path), changed);
}

function run(...argv) {
  const { status } = spawnSync(argv[0], argv.slice(1), {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}
