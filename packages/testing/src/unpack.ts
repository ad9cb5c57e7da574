/**
 * Unpacks the brotli archives of `@sparticuz/chromium` into a folder of ours, once a version, safely beside other processes.
 *
 * That package's own unpacker is not used: it writes to the temporary folder, and takes whatever it finds there for the
 * finished work. Here a folder under its final name is always whole: the files go to a neighbour of another name, which is
 * renamed when the last byte is written. Two processes at once unpack twice, and the first to rename wins.
 */
import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { extract, type ExtractOptions } from "tar-fs";
import { testingCacheFolder } from "./cache-folder.ts";

const require = createRequire(import.meta.url);

/** The unpacked browser is 190 MB, so what a killed process left half-way is taken away after an hour. */
const partialFolderMaximumAgeMs = 60 * 60 * 1000;

/** The installed `@sparticuz/chromium`: its version, and the folder with its archives. */
function chromiumPackage(): { version: string; archives: string } {
  const root = join(dirname(require.resolve("@sparticuz/chromium")), "..", "..");
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return { version: manifest.version, archives: join(root, "bin") };
}

/** Root too gets files of its own, not of whoever packed them. The published types lack the option. */
const unpackOptions: ExtractOptions & { chown: boolean } = { chown: false };

/** One archive into `folder`: a `.tar.br` as the tree it holds, a plain `.br` as one executable of that name. */
async function unpackArchive(archive: string, folder: string): Promise<void> {
  const target = archive.endsWith(".tar.br")
    ? extract(folder, unpackOptions)
    : createWriteStream(join(folder, basename(archive, ".br")), { mode: 0o755 });
  await pipeline(createReadStream(archive), createBrotliDecompress(), target);
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.includes(".partial-")) continue;
    const folder = join(parent, name);
    const age = Date.now() - ((await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > partialFolderMaximumAgeMs) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The folder `NAME-VERSION` of our cache with these archives unpacked in it; made on the first call on a machine.
 *
 * @param archives file names in the package's `bin` folder, such as `swiftshader.tar.br`
 * @param finish adds files of our own, given the folder being filled and the name that it will have
 */
export async function unpackedFolder(
  name: string,
  archives: string[],
  finish?: (folder: string, finalFolder: string) => Promise<void>,
): Promise<string> {
  const source = chromiumPackage();
  const folder = join(testingCacheFolder(), `${name}-${source.version}`);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  await removeAbandoned(dirname(folder));
  const partial = `${folder}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  try {
    await Promise.all(archives.map((archive) => unpackArchive(join(source.archives, archive), partial)));
    await finish?.(partial, folder);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
