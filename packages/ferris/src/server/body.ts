/**
 * A request's body, read once and no further than it may be.
 *
 * Straight from the socket: to read it as the web's Request does, a whole Request with streams is made first, which cost more than all else
 * that the server does for one text.
 */
import type { IncomingMessage } from "node:http";
import { Problem } from "./problems.ts";
import type { RequestContext } from "./routes.ts";

/** Reads the body, so that routes find it. @throws Problem for one that is too large, or whose sender is gone */
export async function readBody(c: RequestContext, mostBytes: number): Promise<void> {
  const { incoming } = c.env;
  const text = await textOf(incoming as IncomingMessage, mostBytes);
  // What Hono would have kept, had it read it.
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text) });
}

function textOf(incoming: IncomingMessage, mostBytes: number): Promise<string> {
  const tooLarge = () =>
    new Problem("too-large", `the body is larger than ${mostBytes} bytes, the limit`, { param: null });
  if (Number(incoming.headers["content-length"]) > mostBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const blocks: Buffer[] = [];
    let bytes = 0;
    const leave = (): void => {
      incoming.off("data", take).off("end", end).off("error", fail).off("close", fail);
    };
    const take = (block: Buffer): void => {
      blocks.push(block);
      bytes += block.length;
      if (bytes <= mostBytes) return;
      leave();
      incoming.pause();
      reject(tooLarge());
    };
    const end = (): void => {
      leave();
      resolve((blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks)).toString("utf8"));
    };
    const fail = (): void => {
      leave();
      reject(new Problem("cancelled", "the client went away before it had sent its request"));
    };
    incoming.on("data", take).on("end", end).on("error", fail).on("close", fail);
  });
}
