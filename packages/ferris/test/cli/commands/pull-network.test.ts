/** `ferris pull` in an organisation's network, as a process: a hub that only the proxy can reach, with a certificate that only the organisation knows. */
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HubServer } from "../../../../metal-candle/test/hub/support/hub-server.ts";
import { ownCertificate } from "../../../../metal-candle/test/hub/support/own-certificate.ts";
import { ferris, temporaryFolder } from "../support/ferris-process.ts";

const tiny = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert/", import.meta.url));
const names = ["config.json", "modules.json", "tokenizer.json", "model.safetensors", "1_Pooling/config.json"];
const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(tiny, name)))]));
const hub = new HubServer("someone/tiny", files, ownCertificate);

/** Opens tunnels to this machine, whatever name is asked for, and notes them. */
const tunnels: string[] = [];
const proxy = createServer().on("connect", ({ url }, socket) => {
  tunnels.push(url!);
  const there = connect(Number(url!.split(":")[1]), "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    there.pipe(socket).pipe(there);
  });
  for (const end of [socket, there]) end.on("error", () => [socket, there].forEach((each) => each.destroy()));
});

const folder = temporaryFolder("network");
const authority = join(folder, "authority.pem");
let environment: Record<string, string | undefined>;

beforeAll(async () => {
  writeFileSync(authority, ownCertificate.cert);
  await hub.start();
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  environment = {
    HF_ENDPOINT: `https://hub.invalid:${new URL(hub.endpoint).port}`,
    HF_HUB_CACHE: join(folder, "cache"),
    HF_HUB_OFFLINE: "",
    HF_TOKEN: "",
    HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    https_proxy: undefined,
    NO_PROXY: "",
    no_proxy: undefined,
    NODE_EXTRA_CA_CERTS: authority,
  };
});
afterAll(async () => {
  await hub.stop();
  proxy.closeAllConnections();
  proxy.close();
});

test("a certificate that nobody here knows is said at once, with what to do", async () => {
  const { code, stderr } = await ferris(["pull", "someone/tiny"], {
    environment: { ...environment, NODE_EXTRA_CA_CERTS: undefined },
  });
  expect(code).not.toBe(0);
  expect(stderr).toMatch(
    /The certificate of hub\.invalid:\d+ is not accepted here: self-signed certificate\..*NODE_EXTRA_CA_CERTS=FILE/s,
  );
  expect(hub.requests).toEqual([]);
});

test("with the certificate and through the proxy, the model comes", async () => {
  tunnels.length = 0;
  const { code, stderr, stdout } = await ferris(["pull", "someone/tiny"], { environment });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain(`${names.length} files`);
  expect(tunnels.some((name) => name.startsWith("hub.invalid:"))).toBe(true);
});
