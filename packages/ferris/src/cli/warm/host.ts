/**
 * The warm side: runs a command for a caller at the other end of a socket, with the models and indexes that this process has ready.
 */
import { Readable, Writable } from "node:stream";
import type { Socket } from "node:net";
import { type Caller, NeedsOwnProcess, runFor, type Warmth } from "../caller.ts";
import { schemaVersion } from "../../store/sqlite/schema-version.ts";
import { Interrupted } from "../terminal/interrupt.ts";
import { isForwarded } from "./forwarded.ts";
import { type Declined, frame, frameReader, fromCaller, fromServer, type Start } from "./frames.ts";
import { upgradeName } from "./handshake.ts";
import { differingVariable } from "./variables.ts";

/** For a caller to read its answer. */
const patienceMs = 10_000;

/** Parses and runs a command line for whoever is the caller. */
export type RunProgram = (args: readonly string[]) => Promise<void>;

export interface HostOptions {
  readonly warmth: Warmth;
  readonly version: string;
  /** Handed in, because `serve`, which makes a host, is one of the program's commands. */
  readonly runProgram: RunProgram;
  /** Most commands at a time; further callers do their own work. */
  readonly mostCommands?: number;
}

/** Takes over connections that ask for it, each for one command. */
export class CommandHost {
  readonly #options: Required<HostOptions>;
  #running = 0;
  #commands = 0;

  constructor(options: HostOptions) {
    this.#options = { mostCommands: 64, ...options };
  }

  /** How many commands it has run. */
  get commands(): number {
    return this.#commands;
  }

  /** As the server's `onUpgrade`. */
  async take(upgrade: string | undefined, socket: Socket, head: Buffer): Promise<void> {
    if (upgrade !== upgradeName) {
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      return;
    }
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${upgradeName}\r\n\r\n`);
    this.#running++;
    try {
      const busy = this.#running > this.#options.mostCommands;
      if (await serveOne(socket, head, this.#options, busy)) this.#commands++;
    } finally {
      this.#running--;
    }
  }
}

/** Returns whether the command was run here. */
async function serveOne(socket: Socket, head: Buffer, options: Required<HostOptions>, busy: boolean): Promise<boolean> {
  const connection = new Connection(socket, head);
  const start = await connection.started;
  if (start === null) return false;
  const declined = busy ? busyNow : refusal(start, options.version);
  if (declined !== null) {
    await connection.decline(declined);
    return false;
  }
  let code = 0;
  const [stdout, stderr] = [connection.output(fromServer.output), connection.output(fromServer.errors)];
  const caller: Caller = {
    environment: start.environment,
    folder: start.folder,
    stdin: Object.assign(connection.stdin, start.stdin),
    stdout: Object.assign(stdout, start.stdout),
    stderr: Object.assign(stderr, start.stderr),
    warmth: options.warmth,
    interrupted: (announce) => connection.interrupted(announce),
    setExitCode: (given) => void (code = given),
  };
  try {
    await runFor(caller, () => options.runProgram(start.args));
    await Promise.all([stdout, stderr].map((stream) => new Promise<void>((done) => stream.end(() => done()))));
    await connection.exit(code);
    return true;
  } catch (error) {
    if (!(error instanceof NeedsOwnProcess)) throw error;
    await connection.decline({ reason: "own-process", message: error.message });
    return false;
  }
}

const busyNow: Declined = { reason: "busy", message: "the server runs as many commands as it may" };

function refusal({ version, schema, args, environment }: Start, ours: string): Declined | null {
  if (version !== ours || schema !== schemaVersion) {
    const named = (name: string, tables: number | undefined): string =>
      version === ours ? `${name} with indexes of schema ${tables ?? "unknown"}` : name;
    const message =
      `The server that is running is ferris ${named(ours, schemaVersion)}; this is ${named(version, schema)}, which does its work without it. ` +
      "To have it back: ferris stop, then ferris serve --daemon.";
    return { reason: "version", message };
  }
  if (!isForwarded(args)) return { reason: "own-process", message: "this command needs no model" };
  const variable = differingVariable(environment, process.env);
  return variable === null ? null : { reason: "environment", message: `${variable} is another here` };
}

/** One caller's socket, as streams and signals. */
class Connection {
  readonly started: Promise<Start | null>;
  readonly stdin: Readable;
  readonly #socket: Socket;
  readonly #interrupt = new AbortController();
  #announce: (() => void) | null = null;
  #inputEnded = false;
  #isAnswered = false;

  constructor(socket: Socket, head: Buffer) {
    this.#socket = socket;
    let asked = false;
    this.stdin = new Readable({
      read: () => {
        // Only a command that reads its input may take it from the terminal.
        if (!asked && !socket.destroyed) socket.write(frame(fromServer.wantsInput));
        asked = true;
        socket.resume();
      },
    });
    let onStart: (start: Start | null) => void;
    this.started = new Promise((resolve) => (onStart = resolve));
    const read = frameReader((kind, payload) => {
      if (kind === fromCaller.start) onStart(JSON.parse(payload.toString()) as Start);
      else if (kind === fromCaller.input) {
        if (!this.#isAnswered && !this.stdin.push(payload)) socket.pause();
      } else if (kind === fromCaller.inputEnd) this.#endInput();
      else if (kind === fromCaller.interrupt) this.#stop(payload.toString() === "SIGTERM" ? "SIGTERM" : "SIGINT");
    });
    socket.on("data", (block: Buffer) => {
      try {
        read(block);
      } catch {
        socket.destroy();
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      onStart(null);
      // The caller is gone: nobody waits for this any more.
      this.#interrupt.abort(new Interrupted("SIGINT"));
      this.#endInput();
    });
    if (head.length > 0) read(head);
  }

  interrupted(announce: () => void): AbortSignal {
    this.#announce = announce;
    return this.#interrupt.signal;
  }

  #endInput(): void {
    if (!this.#inputEnded) this.stdin.push(null);
    this.#inputEnded = true;
  }

  #stop(signal: "SIGINT" | "SIGTERM"): void {
    // A command that has nothing to finish ends as any program does.
    if (this.#announce === null) {
      void this.exit(new Interrupted(signal).exitCode);
      return;
    }
    this.#announce();
    this.#interrupt.abort(new Interrupted(signal));
  }

  output(kind: number): Writable {
    return new Writable({
      write: (data: Buffer, _encoding, done) => {
        if (this.#socket.destroyed) done();
        else this.#socket.write(frame(kind, data), () => done());
      },
      writev: (blocks, done) => {
        if (this.#socket.destroyed) done();
        else {
          const data = Buffer.concat(blocks.map(({ chunk }) => chunk as Buffer));
          this.#socket.write(frame(kind, data), () => done());
        }
      },
    });
  }

  exit(code: number): Promise<void> {
    return this.#end(frame(fromServer.exit, Uint8Array.of(code)));
  }

  decline(declined: Declined): Promise<void> {
    return this.#end(frame(fromServer.declined, JSON.stringify(declined)));
  }

  /**
   * The caller closes the connection when it has read the last frame. Until then what it still sends is taken and dropped: were the connection
   * closed under it, its next block of input would fail, and the answer with it.
   */
  async #end(last: Buffer): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) return;
    this.#isAnswered = true;
    await new Promise<void>((resolve) => socket.end(last, () => resolve()));
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.once("close", () => clearTimeout(timer));
    socket.resume();
  }
}
