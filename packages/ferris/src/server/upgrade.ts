/** What a listener does with a connection that asks to be something other than HTTP. */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** Takes the connection over, or declines it by closing it. Resolves when it is done with. */
export type UpgradeHandler = (request: IncomingMessage, socket: Socket, head: Buffer) => Promise<void>;
