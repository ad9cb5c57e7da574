/**
 * Where a server that starts now may listen for this user's other commands: nowhere, where another one does.
 */
import { rmSync } from "node:fs";
import type { ServerDescription } from "../../server/doors/control.ts";
import { caller } from "../caller.ts";
import type { Session } from "../session.ts";
import { isOwnSocket, preparePlace, socketPath } from "./place.ts";

export interface OwnPlace {
  /** Null: there is none to be had. */
  readonly path: string | null;
  /** Who listens there already. */
  readonly running: ServerDescription | null;
}

export async function findOwnPlace(session: Session): Promise<OwnPlace> {
  const { environment } = caller();
  if (environment.FERRIS_SOCKET === "off") return { path: null, running: null };
  const { wrong, path } = prepared(environment);
  if (wrong !== null || path === null) {
    session.warn(`other commands will not find this server: ${wrong ?? "the path of its socket is too long"}`);
    return { path: null, running: null };
  }
  const { describeServer } = await import("./control.ts");
  const running = isOwnSocket(path) ? await describeServer(path) : null;
  if (running === null) return { path, running };
  session.inform(
    `other commands keep using the server that is already running (process ${running.pid}, ${running.url})`,
  );
  return { path: null, running };
}

function prepared(environment: Readonly<Record<string, string | undefined>>): {
  wrong: string | null;
  path: string | null;
} {
  const path = socketPath(environment);
  // On Windows a first server draws the name.
  if (path === null && process.platform !== "win32") return { wrong: null, path };
  const wrong = preparePlace(path ?? "", environment);
  return { wrong, path: path ?? socketPath(environment) };
}

/** Takes away what a server that was killed has left. Nobody answers there. */
export function removeStale(path: string): void {
  if (process.platform !== "win32" && isOwnSocket(path)) rmSync(path, { force: true });
}
