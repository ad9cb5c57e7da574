/** `npm run pack [-- FOLDER]`: the three packages as they would be published, into FOLDER (`packages-packed` by default). */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../steps.mjs";

export const packageNames = ["all-minilm-l6-v2-q8", "metal-candle", "ferris"];

/** Packs all three into a folder; returns by name: the tarball's path and the manifest. Throws with npm's words when one fails. */
export function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  const packed = {};
  for (const name of packageNames) {
    const place = join(root, "packages", name);
    // This repository's .npmrc turns scripts off, and "prepack" is one.
    const argv = ["pack", "--ignore-scripts=false", "--json", "--pack-destination", folder];
    const { status, stdout, stderr } = spawnSync("npm", argv, { cwd: place, encoding: "utf8" });
    if (status !== 0) throw new Error(`npm pack of ${name} failed:\n${stdout}${stderr}`);
    const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
    packed[name] = { tarball: join(folder, `${name}-${manifest.version}.tgz`), manifest };
  }
  return packed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { tarball } of Object.values(packAll(resolve(process.argv[2] ?? "packages-packed")))) console.log(tarball);
}
