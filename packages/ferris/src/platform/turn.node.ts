/** A turn for everything else that waits to run. */
import { setImmediate } from "node:timers/promises";

export async function turn(): Promise<void> {
  await setImmediate();
}
