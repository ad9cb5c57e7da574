/** A server that speaks TLS, as most do and the one of the tests does not: answers the client's request for it, and passes on what it then hears. */
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { createServer as createSecureServer } from "node:tls";
import { onTestFinished } from "vitest";
import { certificates } from "./certificates.ts";

/** `url`'s server on a port of its own. @param asksClient lets in only who has a certificate of the authority */
export async function tlsLinkTo(url: string, { asksClient = false } = {}): Promise<URL> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const secure = createSecureServer({
    cert: certificates.server,
    key: certificates.serverKey,
    ca: certificates.authority,
    requestCert: asksClient,
    rejectUnauthorized: asksClient,
  });
  secure.on("tlsClientError", () => {});
  secure.on("secureConnection", (secured) => {
    const upstream = connectSocket(Number(port), hostname);
    sockets.add(upstream);
    for (const [from, to] of [
      [secured, upstream],
      [upstream, secured],
    ] as const) {
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
      from.pipe(to);
    }
  });
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => {});
    // SSLRequest: a length, and a number that is no version.
    client.once("readable", () => {
      const request = client.read(8) as Buffer | null;
      if (request?.readUInt32BE(4) !== 80_877_103) return void client.destroy();
      client.write("S");
      secure.emit("connection", client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const link = new URL(url);
  link.hostname = "localhost";
  link.port = String((server.address() as { port: number }).port);
  return link;
}
