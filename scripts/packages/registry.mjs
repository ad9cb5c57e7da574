/**
 * A registry of npm's on this machine, for checking installations: it has the packed packages as if they were published, and for the
 * rest either hands on to the real registry, or makes packages out of this repository's own node_modules, without any network.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { root } from "../steps.mjs";

// Not by import: the types that would come with it make the linter's other guesses about plain scripts worse.
const tar = createRequire(import.meta.url)("tar-fs");

/**
 * Serves on 127.0.0.1.
 * @param packed what pack.mjs made
 * @param options.upstream the real registry's URL; null for the installed packages
 * @param options.without names that this registry does not have, as a mirror may lack them
 * @returns its URL, and `close()`
 */
export async function openRegistry(packed, { upstream = null, without = [] } = {}) {
  const own = new Map(
    Object.entries(packed).map(([name, { tarball, manifest }]) => [name, ownPackage(tarball, manifest)]),
  );
  const installed = upstream === null ? installedPackages() : new Map();
  const tarballs = new Map();
  const keptIn = upstream === null ? null : mkdtempSync(join(tmpdir(), "ferris-registry-"));
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.statusCode = 502;
      response.end(String(error));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;

  async function answer(request, response) {
    const [name, file] = decodeURIComponent(new URL(request.url, url).pathname).slice(1).split("/-/");
    const versions = without.includes(name) ? undefined : (own.get(name) ?? installed.get(name));
    if (versions === undefined && (upstream === null || without.includes(name))) {
      response.statusCode = 404;
      response.end("{}");
    } else if (versions === undefined) {
      await handOn(request, response);
    } else if (file === undefined) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(await packument(name, versions)));
    } else {
      const wanted = versions.find(({ manifest }) => file === `${manifest.version}.tgz`);
      response.end(await bytesOf(name, wanted));
    }
  }

  async function handOn(request, response) {
    const { accept } = request.headers;
    const isTarball = request.url.endsWith(".tgz");
    const kept = isTarball ? join(keptIn, createHash("sha1").update(request.url).digest("hex")) : null;
    if (kept !== null && existsSync(kept)) return void response.end(readFileSync(kept));
    const there = await fetch(new URL(request.url, upstream), { headers: accept === undefined ? {} : { accept } });
    response.statusCode = there.status;
    response.setHeader("content-type", there.headers.get("content-type") ?? "application/octet-stream");
    let body = Buffer.from(await there.arrayBuffer());
    if (kept !== null && there.ok) writeFileSync(kept, body);
    // Tarballs come through here, too, so that every manager after the first has them from the disk.
    if (!isTarball) body = body.toString("utf8").replaceAll("https://registry.npmjs.org/", `${url}/`);
    response.end(body);
  }

  /** The bytes of a tarball, made once. */
  function bytesOf(name, { manifest, make }) {
    const key = `${name}@${manifest.version}`;
    if (!tarballs.has(key)) tarballs.set(key, make());
    return tarballs.get(key);
  }

  async function packument(name, versions) {
    const document = { name, "dist-tags": {}, versions: {}, time: {} };
    for (const version of versions) {
      const { manifest } = version;
      const bytes = await bytesOf(name, version);
      const dist = {
        tarball: `${url}/${name}/-/${manifest.version}.tgz`,
        shasum: createHash("sha1").update(bytes).digest("hex"),
        integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
      };
      document.versions[manifest.version] = { ...manifest, dist };
      document["dist-tags"].latest = manifest.version;
      // Long enough ago for managers that let new versions wait.
      document.time[manifest.version] = "2020-01-01T00:00:00.000Z";
    }
    return document;
  }

  return {
    url,
    close: () => {
      server.close();
      if (keptIn !== null) rmSync(keptIn, { recursive: true, force: true });
    },
  };
}

function ownPackage(tarball, manifest) {
  return [{ manifest, make: async () => readFileSync(tarball) }];
}

/** What lies in node_modules, as the lock file lists it: versions by name. Packages for other platforms are not there. */
function installedPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const found = new Map();
  for (const [path, { link }] of Object.entries(packages)) {
    if (!path.includes("node_modules/") || link) continue;
    const folder = join(root, path);
    const manifest = manifestIn(folder);
    if (manifest === null) continue;
    const versions = found.get(manifest.name) ?? [];
    if (!versions.some((other) => other.manifest.version === manifest.version)) {
      versions.push({ manifest, make: () => packFolder(folder) });
    }
    found.set(manifest.name, versions);
  }
  return found;
}

function manifestIn(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return null;
  }
}

/** A package's folder as a tarball, without the packages below it. */
function packFolder(folder) {
  const pack = tar.pack(folder, {
    ignore: (path) => path.slice(folder.length).split(/[\\/]/).includes("node_modules"),
    map: (header) => ({ ...header, name: `package/${header.name}` }),
  });
  return buffer(pack.pipe(createGzip({ level: 1 })));
}
