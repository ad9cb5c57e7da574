/**
 * `ferris ls`: the documents of an index, one per line.
 */
import { Command } from "commander";
import { caller } from "../caller.ts";
import { exitCodes } from "../exit-codes.ts";
import { placesOf } from "../io/kept-input.ts";
import { openFerris } from "../open.ts";
import { shownPath } from "../present/results.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { printable } from "../terminal/text.ts";
import { documentFilter, type FilterOptions, withExamples, withFilterOptions } from "./shared-options.ts";

export function lsCommand(): Command {
  const command = new Command("ls")
    .summary("the documents in the index")
    .description("Prints the documents of the index, one per line, in order of path. Ends with 1 if there are none.")
    .argument("[path...]", "only these files and what is below these folders");
  withFilterOptions(command);
  withExamples(command, [
    ["ferris ls", "all of them"],
    ["ferris ls docs --type markdown", "the Markdown files below docs"],
    ["ferris ls --json | jq .chunks", "with type, size, times and counts, one JSON object per line"],
  ]);
  return runs(command, (session, [paths], options) => ls(session, paths, options as FilterOptions), {
    errorsAre2: true,
  });
}

async function ls(session: Session, paths: readonly string[], options: FilterOptions): Promise<number> {
  const ferris = await openFerris(session);
  try {
    const under = paths.length === 0 ? undefined : paths.flatMap((path) => placesOf(path, ferris.ownFolder));
    const documents = await ferris.documents({ under, filter: await documentFilter(options) });
    for (const document of documents) {
      if (session.json) session.printJson(document);
      else session.print(printable(shownPath(document.path, caller().folder)));
    }
    return documents.length === 0 ? exitCodes.nothingFound : exitCodes.success;
  } finally {
    await ferris.close();
  }
}
