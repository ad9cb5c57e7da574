/**
 * A registry of npm's on this machine, which has the packed packages as if they were published, and hands on to the real one what it
 * does not have. For checking installations alone.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

/**
 * Serves `packed` (of pack.mjs) on 127.0.0.1.
 * @returns its URL, and `close()`
 */
export async function openRegistry(packed, upstream) {
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
    const path = decodeURIComponent(new URL(request.url, url).pathname);
    const [name, rest] = path.slice(1).split("/-/");
    const own = Object.hasOwn(packed, name) ? packed[name] : null;
    if (own !== null && rest === undefined) return sendJson(response, packument(name, own));
    if (own !== null) return response.end(readFileSync(own.tarball));
    const { accept } = request.headers;
    const there = await fetch(new URL(request.url, upstream), { headers: accept === undefined ? {} : { accept } });
    response.statusCode = there.status;
    response.setHeader("content-type", there.headers.get("content-type") ?? "application/octet-stream");
    response.end(Buffer.from(await there.arrayBuffer()));
  }

  function packument(name, { tarball, manifest }) {
    const bytes = readFileSync(tarball);
    const dist = {
      tarball: `${url}/${name}/-/${name}-${manifest.version}.tgz`,
      shasum: createHash("sha1").update(bytes).digest("hex"),
      integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    };
    const { version } = manifest;
    return { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
  }

  return { url, close: () => server.close() };
}

function sendJson(response, value) {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}
