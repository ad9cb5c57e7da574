/**
 * `node scripts/packages/sbom.mjs [FOLDER]`: a list of what is in each packed package, as CycloneDX, beside it (`packages-packed` by default): what npm installs
 * with it, asked of npm in an empty folder, and what the tarball carries of others. Not of this repository's own tree: npm leaves out there what
 * a development dependency needs, too.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { spawnSync } from "node:child_process";
import { root } from "../steps.mjs";
import { packageNames } from "./pack.mjs";
import { makeFolder } from "./stranger.mjs";

const folder = resolve(process.argv[2] ?? "packages-packed");
const manifests = new Map(
  packageNames.map((name) => [name, JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"))]),
);
const tarballOf = (name) => join(folder, `${name}-${manifests.get(name).version}.tgz`);

for (const [name, manifest] of manifests) {
  const work = mkdtempSync(join(tmpdir(), "ferris-sbom-"));
  try {
    makeFolder(work);
    // Those of ours that it needs are not published yet.
    const own = packageNames.filter((other) => other === name || manifest.dependencies?.[other] !== undefined);
    npm(work, "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", ...own.map(tarballOf));
    const list = JSON.parse(npm(work, "sbom", "--package-lock-only", "--sbom-format", "cyclonedx"));
    const itself = list.components.find((each) => each.name === name);
    list.components = [...list.components.filter((each) => each !== itself), ...carriedBy(name)];
    list.metadata.component = { ...itself, type: "library" };
    // Where the tarballs lay here.
    for (const each of [itself, ...list.components]) {
      each.externalReferences = each.externalReferences?.filter(({ url }) => !url.startsWith("file:"));
    }
    list.dependencies = list.dependencies.filter(({ ref }) => ref !== "stranger@1.0.0");
    for (const other of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      if (!list.components.some((each) => each.name === other)) throw new Error(`${name}: npm's list lacks ${other}`);
    }
    writeFileSync(join(folder, `${name}.sbom.json`), `${JSON.stringify(list, null, 2)}\n`);
    console.log(`${name}.sbom.json: ${list.components.length} components`);
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Programs of others inside of the tarball: those with a manifest of their own, and the libraries that are built into the page. */
function carriedBy(name) {
  const inside = run("tar", ["-tzf", tarballOf(name)]).split(/\r?\n/);
  const read = (path) => run("tar", ["-xzOf", tarballOf(name), path]);
  const carried = inside
    .filter((path) => /^package\/[\w-]+\/package\.json$/.test(path))
    .map((path) => JSON.parse(read(path)))
    .map(({ name: part, version, license }) => component(part, version, license));
  if (!inside.includes("package/web/licences.md")) return carried;
  const built = [...read("package/web/licences.md").matchAll(/^## (\S+) - (\S+) \((.+)\)$/gm)];
  if (built.length === 0) throw new Error("web/licences.md names no library");
  return [...carried, ...built.map(([, part, version, license]) => component(part, version, license))];
}

function component(name, version, license) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return {
    "bom-ref": `carried:${name}@${version}`,
    type: "library",
    name,
    version,
    purl,
    licenses: [{ expression: license }],
  };
}

function npm(cwd, ...argv) {
  return run("npm", argv, { cwd, shell: process.platform === "win32" });
}

function run(program, argv, options = {}) {
  const { status, stdout, stderr } = spawnSync(program, argv, { encoding: "utf8", maxBuffer: 2 ** 27, ...options });
  if (status !== 0) throw new Error(`${program} ${argv[0]} ended with ${status}: ${stderr}`);
  return stdout;
}
