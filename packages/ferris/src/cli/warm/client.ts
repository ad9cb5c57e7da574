/**
 * The thin side: hands the command line to the warm server of this user, where one is running, and is its terminal.
 *
 * Everything that the command decides is decided there; this process passes bytes on. It imports as little as it can, since it is the
 * whole cost of a `ferris search`.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { schemaVersion } from "../../store/sqlite/schema-version.ts";
import { type Declined, frame, frameReader, fromCaller, fromServer, type Start } from "./frames.ts";
import { upgradeName } from "./handshake.ts";
import { sharedVariables } from "./variables.ts";

/** Until a server has taken the connection: one that hangs must not hold up its callers. */
const handshakeMs = 2000;

/**
 * Runs the command on the server at `path`. Null: nobody there runs it, nothing has been written, and this process must do it itself.
 *
 * @param args the command line, without node and script
 */
export async function runOnServer(path: string, args: readonly string[]): Promise<number | null> {
  const socket = await connected(path);
  if (socket === null) return null;
  return new Promise((resolve) => {
    // From then on this process can no longer do the work itself.
    let hasBegun = false;
    let ended = false;
    const stopListening = passSignalsOn(socket);
    const end = (code: number | null): void => {
      if (ended) return;
      ended = true;
      stopListening();
      process.stdin.pause();
      socket.destroy();
      resolve(code);
    };
    const write = (stream: NodeJS.WriteStream, data: Buffer): void => {
      hasBegun = true;
      if (stream.write(data)) return;
      socket.pause();
      stream.once("drain", () => socket.resume());
    };
    // Who reads our output may go away (`| head -1`): that ends the command, quietly.
    process.stdout.on("error", () => end(0));
    process.stderr.on("error", () => {});
    const read = frameReader((kind, payload) => {
      if (kind === fromServer.output) write(process.stdout, payload);
      else if (kind === fromServer.errors) write(process.stderr, payload);
      else if (kind === fromServer.wantsInput) {
        // What is passed on cannot be read again.
        hasBegun = true;
        passInputOn(socket);
      } else if (kind === fromServer.exit) end(payload[0]!);
      else if (kind === fromServer.declined) {
        tell(JSON.parse(payload.toString()) as Declined, args);
        end(null);
      }
    });
    socket.on("data", read);
    socket.on("error", () => {});
    socket.on("close", () => {
      if (!hasBegun) end(null);
      else if (!ended) {
        process.stderr.write("ferris: the server that ran this went away in the middle of it\n");
        end(2);
      }
    });
    socket.write(frame(fromCaller.start, JSON.stringify(startOf(args))));
  });
}

/** A connection that speaks frames; null where nobody answers as a ferris does. */
function connected(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let head = Buffer.alloc(0);
    const timer = setTimeout(() => give(null), handshakeMs);
    const give = (result: Socket | null): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      if (result === null) {
        socket.on("error", () => {});
        socket.destroy();
      }
      resolve(result);
    };
    socket.on("error", () => give(null));
    socket.on("close", () => give(null));
    socket.on("data", (data: Buffer) => {
      head = Buffer.concat([head, data]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      // The server speaks next when it has been told what to run, so nothing follows here.
      give(head.toString("latin1").startsWith("HTTP/1.1 101 ") ? socket : null);
    });
    socket.write(`GET / HTTP/1.1\r\nHost: ferris\r\nConnection: Upgrade\r\nUpgrade: ${upgradeName}\r\n\r\n`);
  });
}

function startOf(args: readonly string[]): Start {
  const output = ({ isTTY, columns }: NodeJS.WriteStream) => ({ isTTY: isTTY === true, columns: columns || 0 });
  const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return {
    version: (JSON.parse(manifest) as { version: string }).version,
    schema: schemaVersion,
    args,
    folder: process.cwd(),
    environment: sharedVariables(process.env),
    stdin: { isTTY: process.stdin.isTTY === true },
    stdout: output(process.stdout),
    stderr: output(process.stderr),
  };
}

function passInputOn(socket: Socket): void {
  process.stdin.on("data", (data: Buffer) => {
    if (socket.write(frame(fromCaller.input, data))) return;
    process.stdin.pause();
    socket.once("drain", () => process.stdin.resume());
  });
  const end = (): void => void socket.write(frame(fromCaller.inputEnd));
  process.stdin.on("end", end).on("error", end);
}

/** The first signal asks the command to stop; the second is not for the command. Returns what ends that. */
function passSignalsOn(socket: Socket): () => void {
  const pass = (signal: "SIGINT" | "SIGTERM"): void => {
    stop();
    socket.write(frame(fromCaller.interrupt, signal));
  };
  const stop = (): void => void process.off("SIGINT", pass).off("SIGTERM", pass);
  process.on("SIGINT", pass).on("SIGTERM", pass);
  return stop;
}

/** What a user should know: that the server they started does not serve them. */
function tell({ reason, message }: Declined, args: readonly string[]): void {
  if (reason !== "version" || args.includes("-q") || args.includes("--quiet")) return;
  process.stderr.write(args.includes("--json") ? `${JSON.stringify({ notice: message })}\n` : `${message}\n`);
}
