/** `ferris stop`: ends the server that runs for this user, when it has answered what it accepted. */
import { Command } from "commander";
import { InputError, UsageError } from "../../errors.ts";
import { caller } from "../caller.ts";
import { exitCodes } from "../exit-codes.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { isOwnSocket, socketPath } from "../warm/place.ts";
import { withExamples } from "./shared-options.ts";

/** A little more than a server takes for the answers under way. */
const longestWaitMs = 40_000;
const lookMs = 50;

export function stopCommand(): Command {
  const command = new Command("stop")
    .summary("ends the server of this user")
    .description(
      "Ends the server that `ferris serve` started for you, when what it accepted is answered.\n" +
        "Ends with 0 when it is gone, 1 if none was running.",
    );
  withExamples(command, [["ferris stop", "the next search loads its own model again"]]);
  return runs(command, (session) => stop(session));
}

async function stop(session: Session): Promise<number> {
  const path = socketPath(caller().environment);
  if (path === null) throw new UsageError('FERRIS_SOCKET is "off": there is no socket to find the server by');
  const { describeServer, stopServer } = await import("../warm/control.ts");
  const server = isOwnSocket(path) ? await stopServer(path) : null;
  if (server === null) {
    session.inform("no server is running");
    return exitCodes.nothingFound;
  }
  for (let waited = 0; waited < longestWaitMs; waited += lookMs) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    if ((await describeServer(path))?.pid === server.pid) continue;
    session.inform(`stopped (process ${server.pid})`);
    return exitCodes.success;
  }
  throw new InputError(`the server (process ${server.pid}) has not stopped after ${longestWaitMs / 1000} seconds`);
}
