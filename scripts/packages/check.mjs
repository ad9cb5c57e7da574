/**
 * `npm run packages`: packs the three packages, looks into the tarballs, installs them into empty folders as a stranger would, and uses them
 * there: the command line, the library, frameworks, strict types, two bundlers and their pages in a browser. Part of the gate, and without a network:
 * dependencies come out of this repository's node_modules. `npm run packages:everywhere` tries all the rest.
 *
 * The runtimes of both devices are left out, as they are where npm cannot run their install scripts: what is checked then is that
 * everything works all the same.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkBundlers, localBundlers } from "./bundlers.mjs";
import { checkFrameworks, localFrameworks } from "./frameworks.mjs";
import { checkManagers } from "./managers.mjs";
import { packAll } from "./pack.mjs";
import { openRegistry } from "./registry.mjs";
import { Report } from "./report.mjs";
import { makeFolder, runIn, said } from "./stranger.mjs";
import { checkTarball } from "./tarballs.mjs";
import { npmInstall } from "./tools.mjs";
import { checkManifest, checkTypes, ownCompiler } from "./types.mjs";

const work = mkdtempSync(join(tmpdir(), "ferris-packages-"));
const report = new Report();
try {
  const packed = packAll(join(work, "packed"));
  for (const one of Object.values(packed)) {
    await report.row("tarball", one.manifest.name, () => checkTarball(one));
    await report.row("publint", one.manifest.name, () => checkManifest(one));
  }
  const registry = await openRegistry(packed, { without: ["onnxruntime-node", "webgpu"] });
  const context = { report, work, url: registry.url };
  await checkManagers(context, ["npm"]);
  await checkFrameworks(context, localFrameworks, true);
  await report.row("types", "our own TypeScript, without skipLibCheck", () => checkOwnTypes(registry.url));
  await checkBundlers(context, localBundlers);
  registry.close();
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}
report.print();
if (report.failed) process.exitCode = 1;

async function checkOwnTypes(url) {
  const [folder, home] = [join(work, "types"), join(work, "types-home")];
  makeFolder(folder);
  mkdirSync(home);
  const added = await runIn(folder, home, url, [...npmInstall, "ferris", "metal-candle", "@types/node"]);
  if (added.status !== 0) throw new Error(said(added));
  await checkTypes(folder, ownCompiler());
}
