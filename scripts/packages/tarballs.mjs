/** What each tarball must hold, and must not: a look into it, before anything is installed. */
import { spawnSync } from "node:child_process";

const required = ["description", "keywords", "license"];

/** Throws with every fault of every tarball. */
export function checkTarballs(packed) {
  const faults = Object.entries(packed).flatMap(([name, { tarball, manifest }]) => {
    const { stdout } = spawnSync("tar", ["-tzf", tarball], { encoding: "utf8", maxBuffer: 2 ** 26 });
    const files = new Set(stdout.split(/\r?\n/).map((path) => path.replace(/^package\//, "")));
    return [...faultsOf(manifest, files)].map((fault) => `${name}: ${fault}`);
  });
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

function* faultsOf(manifest, files) {
  for (const key of required) if (manifest[key] === undefined) yield `package.json has no ${key}`;
  for (const file of ["LICENSE", "NOTICE", "README.md"]) if (!files.has(file)) yield `${file} is missing`;
  for (const file of files)
    if (/\.tsbuildinfo$|(^|\/)(test|node_modules)\//.test(file)) yield `${file} does not belong here`;
  for (const target of [...targets(manifest.exports), ...targets(manifest.imports), ...targets(manifest.bin)]) {
    const [before, after] = target.replace("./", "").split("*");
    const found = [...files].some(
      (file) => file.startsWith(before) && file.endsWith(after ?? "") && (after !== undefined || file === before),
    );
    if (!found) yield `${target}, named in package.json, is missing`;
  }
  if (manifest.name === "ferris") {
    for (const file of ["web/index.html", "web/licences.md", "pdfjs/pdf.worker.mjs"]) {
      if (!files.has(file)) yield `${file}, which ferris serve gives to browsers, is missing`;
    }
  }
  // A source map that names files that are not there helps nobody.
  if (files.has("dist/index.js.map") && !files.has("src/index.ts")) yield "source maps without their sources";
}

function* targets(value) {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const below of Object.values(value)) yield* targets(below);
}
