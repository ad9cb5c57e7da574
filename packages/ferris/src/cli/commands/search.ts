/**
 * `ferris search`: a question in, the passages that answer it out.
 */
import { Command } from "commander";
import { exitCodes } from "../../errors.ts";
import { openFerris } from "../open.ts";
import { resultCard } from "../present/results.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { withExamples, withModelOptions } from "./shared-options.ts";

export function searchCommand(): Command {
  const command = new Command("search")
    .summary("the passages that answer a question")
    .description(
      "Prints the passages that fit QUERY best: file and lines, headings, similarity, and the words that match.\n" +
        "Ends with 0 if something was found, 1 if nothing was, 2 on an error.",
    )
    .argument("<query...>", "what to look for, in your own words");
  command
    .option("-k, --limit <n>", "most results (default: 10)")
    .option("--mode <name>", "hybrid, vector (by meaning) or text (by words)");
  withModelOptions(command);
  withExamples(command, [
    ['ferris search "how do I rotate a key"', "asks the nearest index, going up from here"],
    ["ferris search --mode text ECONNRESET", "by words alone: names, codes, versions; loads no model"],
    ['ferris search -k 3 --json "retry policy" | jq ".results[].path"', "for programs"],
  ]);
  return runs(command, (session, [words]) => search(session, (words as string[]).join(" ")), { errorsAre2: true });
}

async function search(session: Session, query: string): Promise<number> {
  const started = performance.now();
  const { mode, limit } = session.settings.values;
  const ferris = await openFerris(session);
  try {
    const results = await ferris.search(query, { mode, limit });
    if (session.json) {
      const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
      session.printJson({ query, mode, index: ferris.folder, seconds, results });
    } else if (results.length === 0) {
      session.inform("nothing found");
    } else {
      session.print(results.map((result) => resultCard(result, session).join("\n")).join("\n\n"));
    }
    return results.length === 0 ? exitCodes.nothingFound : exitCodes.success;
  } finally {
    await ferris.close();
  }
}
