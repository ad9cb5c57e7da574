/**
 * `ferris get "#ID:LINE:COUNT"`: reads on where a search result was found.
 */
import { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { openFerris } from "../open.ts";
import { shownPath } from "../present/results.ts";
import { staleText } from "../present/results.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { printable } from "../terminal/text.ts";
import { withExamples } from "./shared-options.ts";

const linesUnlessGiven = 40;

export function getCommand(): Command {
  const command = new Command("get")
    .summary("read on from a result: #ID, #ID:LINE or #ID:LINE:COUNT")
    .description(
      `Prints a chunk of the index by the number that search shows, or COUNT lines (${linesUnlessGiven} unless given) of its document from\n` +
        "LINE on. The text is the one that was indexed. Ends with 1 if it is not there (any more), 2 on an error.",
    )
    .argument("<reference>", "as search prints it; quote it, since # begins a comment in most shells");
  withExamples(command, [
    ['ferris get "#1234"', "the chunk itself"],
    ["ferris get 1234:80:20", "lines 80 to 99 of its document"],
  ]);
  return runs(command, (session, [reference]) => get(session, reference), { errorsAre2: true });
}

async function get(session: Session, reference: string): Promise<number> {
  const match = /^#?(\d+)(?::(\d+)(?::(\d+))?)?$/.exec(reference);
  const [id, line, count] = [match?.[1], match?.[2], match?.[3]].map((text) =>
    text === undefined ? undefined : Number(text),
  );
  if (id === undefined || line === 0 || count === 0) {
    throw new UsageError(
      `invalid reference "${reference}": write #ID, #ID:LINE or #ID:LINE:COUNT, with lines counted from 1`,
    );
  }
  const ferris = await openFerris(session);
  try {
    const passage = await ferris.read(
      id,
      line === undefined ? undefined : { from: line, count: count ?? linesUnlessGiven },
    );
    if (passage === null || passage.lines.length === 0) {
      session.inform(
        passage === null
          ? `no chunk #${id} in ${ferris.folder}: it may have been indexed again since; search once more`
          : `${passage.path} has nothing from line ${line} on; its last line is ${passage.lastLine}`,
      );
      return exitCodes.nothingFound;
    }
    if (session.json) {
      session.printJson(passage);
    } else {
      session.inform(shownPath(passage.path, process.cwd()));
      if (passage.stale) session.warn(`${passage.path}, as it was indexed: ${staleText(passage.stale)}`);
      const width = String(passage.lines.at(-1)!.number).length;
      for (const { number, text } of passage.lines) {
        session.print(
          `${session.colours.faint(String(number).padStart(width))}  ${printable(text.replaceAll("\t", "    "))}`,
        );
      }
    }
    return exitCodes.success;
  } finally {
    await ferris.close();
  }
}
