/** A link to a server that can be cut, refuse, or fall silent: passes bytes on until it is told otherwise. */
import { connect as connectSocket, createServer, type Socket } from "node:net";

export interface Link {
  /** The server's URL, through the link. */
  readonly url: string;
  /** Resets every connection. */
  cut(): void;
  /** Takes no new connections as long as it is told so. */
  refuse(isRefusing: boolean): void;
  /** Passes nothing on, in either direction, and closes nothing. */
  silence(isSilent: boolean): void;
  close(): void;
}

/** @param cutEvery also cuts after so many messages of clients: in the middle of a transaction, whatever the machine's speed */
export async function linkTo(url: string, cutEvery = Infinity): Promise<Link> {
  const target = new URL(url);
  const { port, hostname } = target;
  const sockets = new Set<Socket>();
  let isRefusing = false;
  let isSilent = false;
  let messages = 0;
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const server = createServer((client) => {
    if (isRefusing) return void client.destroy();
    client.on("data", () => {
      if (++messages % cutEvery === 0) cut();
    });
    const upstream = connectSocket(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on("data", (data) => {
        if (!to.write(data)) from.pause();
        if (isSilent) from.pause();
      });
      to.on("drain", () => {
        if (!isSilent) from.resume();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  target.port = String((server.address() as { port: number }).port);
  return {
    url: target.href,
    cut,
    refuse: (refusing) => void (isRefusing = refusing),
    silence: (silent) => {
      isSilent = silent;
      for (const socket of sockets) {
        if (silent) socket.pause();
        else socket.resume();
      }
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
