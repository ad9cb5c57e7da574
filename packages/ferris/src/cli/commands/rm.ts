/**
 * `ferris rm`: takes documents out of an index. The files themselves are not touched, but for what was kept of standard input.
 */
import { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { forgetInput, placesOf } from "../io/kept-input.ts";
import { openFerris } from "../open.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { plural } from "../terminal/text.ts";
import { withExamples } from "./shared-options.ts";

export function rmCommand(): Command {
  const command = new Command("rm")
    .summary("take files and folders out of the index")
    .description(
      "Removes the documents at and below PATH from the index; the files stay, except what was kept of standard input, " +
        "which PATH may name as --as did. Ends with 1 if none was there.",
    )
    .argument("<path...>", "files and folders, which need not exist any more");
  withExamples(command, [["ferris rm old/reports", "forgets everything below old/reports"]]);
  return runs(command, (session, [paths]) => rm(session, paths), { errorsAre2: true });
}

async function rm(session: Session, paths: readonly string[]): Promise<number> {
  const ferris = await openFerris(session);
  try {
    const places = paths.flatMap((path) => placesOf(path, ferris.ownFolder));
    const removed = await ferris.remove(places);
    if (ferris.ownFolder !== null) await forgetInput(places, ferris.ownFolder);
    if (session.json) session.printJson({ removed });
    else session.inform(`${plural(removed, "document")} removed from ${ferris.folder}`);
    return removed === 0 ? exitCodes.nothingFound : exitCodes.success;
  } finally {
    await ferris.close();
  }
}
