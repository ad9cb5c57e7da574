/**
 * Where `ferris` begins: with the warm server of this user, where one runs and the command is one for it; else with the whole program.
 *
 * Which of the two is decided by a look at the command line and at the file system, before anything is loaded that costs time.
 */
import { isForwarded } from "./warm/forwarded.ts";
import { isOwnSocket, socketPath } from "./warm/place.ts";

async function onServer(args: readonly string[]): Promise<number | null> {
  if (!isForwarded(args)) return null;
  const path = socketPath(process.env);
  if (path === null || !isOwnSocket(path)) return null;
  const { runOnServer } = await import("./warm/client.ts");
  return runOnServer(path, args);
}

const code = await onServer(process.argv.slice(2));
if (code === null) await import("./main.ts");
else {
  process.exitCode = code;
  // What was written has gone out before the process ends; standard input may still be open, and would keep it alive.
  process.stdout.write("", () => process.exit());
}
