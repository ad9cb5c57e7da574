/**
 * What passes between the thin process that a user starts and the warm server that does its work: frames of a kind (one byte), a length (four,
 * big-endian) and that many bytes.
 */

/** From the thin process: what to run; its standard input, and the end of it; a signal. */
export const fromCaller = { start: 1, input: 2, inputEnd: 3, interrupt: 4 } as const;
/** From the server: output; that input is wanted; the exit code; that it will not run this, and why. */
export const fromServer = { output: 11, errors: 12, wantsInput: 13, exit: 14, declined: 15 } as const;

/** What is to be run, and for whom. */
export interface Start {
  readonly version: string;
  /** Of the indexes that the caller makes: one version may have several while it is being worked on. */
  readonly schema: number;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: { readonly isTTY: boolean };
  readonly stdout: { readonly isTTY: boolean; readonly columns: number };
  readonly stderr: { readonly isTTY: boolean; readonly columns: number };
}

/** Why a server does not run a command; only some reasons are worth telling. */
export interface Declined {
  readonly reason: "version" | "environment" | "own-process" | "busy";
  readonly message: string;
}

const headerBytes = 5;
/** More is a mistake: output and input come in blocks far smaller. */
const mostBytes = 64 * 1024 * 1024;

export function frame(kind: number, payload: string | Uint8Array = ""): Buffer {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  const whole = Buffer.allocUnsafe(headerBytes + bytes.length);
  whole[0] = kind;
  whole.writeUInt32BE(bytes.length, 1);
  whole.set(bytes, headerBytes);
  return whole;
}

/** Cuts a stream into frames. Returns what takes its blocks. */
export function frameReader(onFrame: (kind: number, payload: Buffer) => void): (block: Buffer) => void {
  let blocks: Buffer[] = [];
  let held = 0;
  let wanted = headerBytes;
  return (block) => {
    blocks.push(block);
    held += block.length;
    while (held >= wanted) {
      const all = blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks);
      const length = all.readUInt32BE(1);
      if (length > mostBytes) throw new RangeError(`a frame of ${length} bytes`);
      blocks = [all];
      wanted = headerBytes + length;
      if (held < wanted) return;
      const rest = all.subarray(wanted);
      blocks = rest.length === 0 ? [] : [rest];
      held = rest.length;
      onFrame(all[0]!, all.subarray(headerBytes, wanted));
      wanted = headerBytes;
    }
  };
}
