/**
 * Where the warm server of this user listens: a socket that nobody else can open.
 *
 * On Unix a socket in a folder of the user's own, which others cannot enter: the one for the session where the system has one
 * (XDG_RUNTIME_DIR), else one in the temporary folder, by the user's number. On Windows a named pipe, whose name is drawn by lot and
 * kept in a file of the user's. FERRIS_SOCKET names another place; "off" is none.
 *
 * Imports little: every `ferris search` comes through here.
 */
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** The most bytes of a socket's path that every Unix takes (macOS has 104, one of them the end). */
const longestPath = 103;

/** The socket's path; null where none is wanted, or its path would be too long for the system. */
export function socketPath(environment: Environment): string | null {
  const chosen = environment.FERRIS_SOCKET;
  if (chosen === "off") return null;
  if (process.platform === "win32") return chosen || keptPipe(environment, false);
  const path = chosen ? resolve(chosen) : join(usualFolder(environment), "serve.sock");
  return Buffer.byteLength(path) > longestPath ? null : path;
}

function usualFolder(environment: Environment): string {
  const runtime = environment.XDG_RUNTIME_DIR;
  return runtime?.startsWith("/") ? join(runtime, "ferris") : join(tmpdir(), `ferris-${process.getuid!()}`);
}

/** Whether there is a socket at `path` that this user alone can have made: else who answers there may be anybody. */
export function isOwnSocket(path: string): boolean {
  if (process.platform === "win32") return true;
  try {
    return lstatSync(path).isSocket() && isPrivate(dirname(path));
  } catch {
    return false;
  }
}

/** Makes the folder of the socket, and sees that it is this user's alone. Returns what is wrong with it, or null. */
export function preparePlace(path: string, environment: Environment): string | null {
  if (process.platform === "win32") {
    if (!environment.FERRIS_SOCKET) keptPipe(environment, true);
    return null;
  }
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return isPrivate(folder) ? null : `${folder} must be a folder of this user's that nobody else may enter (mode 700)`;
}

function isPrivate(folder: string): boolean {
  const state = lstatSync(folder);
  return state.isDirectory() && state.uid === process.getuid!() && (state.mode & 0o077) === 0;
}

/** The pipe's name out of its file; null where there is no such file, and none is to be made. */
function keptPipe(environment: Environment, make: boolean): string | null {
  const folder = join(environment.LOCALAPPDATA ?? tmpdir(), "ferris");
  const file = join(folder, "pipe-name");
  if (make) {
    mkdirSync(folder, { recursive: true });
    const drawn = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex");
    try {
      writeFileSync(file, drawn, { flag: "wx" });
    } catch {
      // There is one from before.
    }
  }
  try {
    const name = readFileSync(file, "utf8");
    return /^[0-9a-f]{32}$/.test(name) ? `\\\\.\\pipe\\ferris-${name}` : null;
  } catch {
    return null;
  }
}
