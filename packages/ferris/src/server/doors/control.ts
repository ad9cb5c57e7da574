/**
 * What this user may ask of a server of theirs, at the socket that nobody else can open: what it is, and to stop.
 */
import { newDoor } from "../routes.ts";

export interface Control {
  /** What callers are told. */
  describe(): ServerDescription;
  stop(): void;
}

export interface ServerDescription {
  readonly version: string;
  readonly pid: number;
  /** Where others may come; null: nowhere. */
  readonly url: string | null;
  /** Commands that it has run for callers at its socket. */
  readonly commands: number;
}

export const controlPath = "/control";

export function controlDoor(control: Control) {
  const door = newDoor();
  door.get(controlPath, (c) => c.json(control.describe()));
  door.post(`${controlPath}/stop`, (c) => {
    // When the answer is on its way.
    setImmediate(() => control.stop());
    return c.json(control.describe(), 202);
  });
  return door;
}
