/**
 * `ferris compact`: gives back the space that removed documents took.
 */
import { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { openFerris } from "../open.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { bytes } from "../terminal/text.ts";
import { withExamples } from "./shared-options.ts";

export function compactCommand(): Command {
  const command = new Command("compact")
    .summary("give back the space of what was removed")
    .description(
      "Writes the index anew without the space that removed documents left, and puts its full-text part in order.",
    );
  withExamples(command, [["ferris compact", "after many deletions; nobody may be indexing meanwhile"]]);
  return runs(command, compact);
}

async function compact(session: Session): Promise<number> {
  const ferris = await openFerris(session);
  try {
    const { before, after } = await ferris.compact();
    if (session.json) session.printJson({ index: ferris.folder, before, after });
    else session.inform(`${ferris.folder}: ${bytes(before)} became ${bytes(after)}`);
    return exitCodes.success;
  } finally {
    await ferris.close();
  }
}
