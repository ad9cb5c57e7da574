/**
 * For whom a command works: the person at this process's own terminal, or the caller of a warm server (cli/warm), whose terminal,
 * folder and environment are those of another process.
 *
 * Commands that a warm server may run ask here and not `process`.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import type { EmbeddingModel, ModelOptions } from "../engine.ts";
import type { Ferris } from "../ferris.ts";
import type { FerrisOptions } from "../options.ts";
import { type InterruptLimits, interruptSignal } from "./terminal/interrupt.ts";

/** What is written to; `process.stdout` is one. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(data: string | Uint8Array): boolean;
  once(event: "drain", listener: () => void): unknown;
}

/** What a warm server has ready for its callers. */
export interface Warmth {
  openFerris(options: FerrisOptions): Promise<Ferris>;
  embeddingModel(id: string, options: ModelOptions): Promise<EmbeddingModel>;
}

export interface Caller {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working folder. */
  readonly folder: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Null: everything is this process's own, to be loaded. */
  readonly warmth: Warmth | null;
  /** An AbortSignal that Ctrl-C aborts from now on; `announce` is called then. */
  interrupted(announce: () => void, limits?: InterruptLimits): AbortSignal;
  setExitCode(code: number): void;
}

/** Thrown where a command has to run in the caller's own process, before it has done or written anything. */
export class NeedsOwnProcess extends Error {
  override readonly name = "NeedsOwnProcess";
}

const ownCaller: Caller = {
  get environment() {
    return process.env;
  },
  get folder() {
    return process.cwd();
  },
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
  warmth: null,
  interrupted: interruptSignal,
  setExitCode: (code) => void (process.exitCode = code),
};

const current = new AsyncLocalStorage<Caller>();

export function caller(): Caller {
  return current.getStore() ?? ownCaller;
}

/** Runs `work` for another caller. */
export function runFor<Result>(another: Caller, work: () => Promise<Result>): Promise<Result> {
  return current.run(another, work);
}

/** Says that from here on only the caller's own process will do. @throws NeedsOwnProcess in a warm server */
export function needsOwnProcess(why: string): void {
  if (caller().warmth !== null) throw new NeedsOwnProcess(why);
}

/** A path as this process has to write it. */
export function callersPath(path: string): string {
  return caller().warmth === null ? path : resolve(caller().folder, path);
}
