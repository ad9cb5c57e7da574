/**
 * `ferris related PATH[:LINE]`: what else in the index is near a document, or a passage of one. Loads no model.
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { missingVectorsText, type RelatedAnswer, type RelatedPlace } from "../../search/related.ts";
import { exitCodes } from "../exit-codes.ts";
import { caller } from "../caller.ts";
import { openFerris } from "../open.ts";
import { Flag, listed } from "../options.ts";
import { csvLines, fileLines, markdownLines, vimgrepLines } from "../present/formats.ts";
import { lineRange, resultCard, shownPath } from "../present/results.ts";
import { runs } from "../run.ts";
import { jsonVersion, type Session } from "../session.ts";
import { plural, printable } from "../terminal/text.ts";
import {
  documentFilter,
  type FilterOptions,
  formats,
  optionalNumber,
  withExamples,
  withFilterOptions,
} from "./shared-options.ts";

interface RelatedOptions extends FilterOptions {
  readonly format?: string;
  readonly minScore?: string;
  readonly ownFile?: true;
}

export function relatedCommand(): Command {
  const command = new Command("related")
    .summary("what else is near a document or a line")
    .description(
      "Prints the passages of the index that are nearest to a document, or to the passage at one of its lines, by the vectors\n" +
        "that are stored: no model is loaded. Other passages of the same file are left out, and so is what says nearly the same.\n" +
        "Ends with 0 if something was found, 1 if nothing was, 2 on an error.",
    )
    .argument("<path>", "an indexed document as PATH or PATH:LINE, or #ID as search prints it");
  command
    .addOption(new Flag("-k, --limit <n>", "most results (default: 10)"))
    .addOption(new Flag("--per-file <n>", "most results from one file (default: 3)"))
    .addOption(new Flag("--min-score <n>", "only passages whose cosine with the nearest passage of it is this"))
    .addOption(new Flag("--own-file", "other passages of the same file too"));
  withFilterOptions(command);
  command.addOption(
    new Flag("-f, --format <name>", `${listed(formats)} (default: cards; see also --json)`, { values: formats }),
  );
  withExamples(command, [
    ["ferris related notes/keys.md", "near the whole document"],
    ["ferris related notes/keys.md:120 --type markdown", "near the passage at line 120, in Markdown alone"],
    ['ferris related "#1234" -k 3 --format files', "near a result of search, as paths"],
  ]);
  return runs(command, (session, [place], options) => related(session, place, options as RelatedOptions), {
    errorsAre2: true,
  });
}

async function related(session: Session, text: string, options: RelatedOptions): Promise<number> {
  const { format = "cards", ownFile: ownDocument = false } = options;
  if (!formats.includes(format))
    throw new UsageError(`--format is "${format}": it must be one of ${formats.join(", ")}`);
  const place = placeOf(text);
  const minScore = optionalNumber("--min-score", options.minScore, -1, 1);
  const { values, origins } = session.settings;
  const perDocument = origins.perFile.kind === "default" ? undefined : values.perFile;
  const filter = await documentFilter(options);
  const signal = session.interruptible("stopping");
  const ferris = await openFerris(session);
  try {
    const request = { limit: values.limit, perDocument, minScore, filter, ownDocument, signal };
    const near = await ferris.related(place, request);
    if (near === null) {
      session.inform(`${"path" in place ? place.path : text} is not in the index at ${ferris.folder}`);
      return exitCodes.nothingFound;
    }
    print(session, format, near, ferris.folder);
    return near.results.length === 0 ? exitCodes.nothingFound : exitCodes.success;
  } finally {
    await ferris.close();
  }
}

function placeOf(text: string): RelatedPlace {
  const [, id] = /^#(\d+)$/.exec(text) ?? [];
  if (id !== undefined) return { chunkId: Number(id) };
  const [, path, line] = /^(.+?)(?::(\d+))?$/s.exec(text) ?? [];
  if (path === undefined || Number(line ?? 1) < 1) {
    throw new UsageError(`invalid place "${text}": write PATH, PATH:LINE with lines counted from 1, or #ID`);
  }
  return line === undefined
    ? { path: resolve(caller().folder, path) }
    : { path: resolve(caller().folder, path), line: Number(line) };
}

function print(session: Session, format: string, near: RelatedAnswer, index: string): void {
  const { results, copies } = near;
  const missing = missingVectorsText(near);
  if (missing !== null && !session.json)
    session.inform(`${missing} (ferris index is still at work, or goes on where it was stopped)`);
  if (session.json) session.printJson({ version: jsonVersion, index, ...near });
  else if (format === "lines") for (const line of vimgrepLines(results)) session.print(line);
  else if (format === "csv") session.print(csvLines(results).join("\r\n"));
  else if (format === "md") session.print(markdownLines(results).join("\n").trimEnd());
  else if (format === "files") for (const line of fileLines(results)) session.print(line);
  else session.print(results.map((result) => resultCard(result, session).join("\n")).join("\n\n"));
  if (results.length === 0) session.inform("nothing found");
  if (copies.length === 0 || session.json || format !== "cards") return;
  const [first] = copies as [RelatedAnswer["copies"][number]];
  const place = `${printable(shownPath(first.path, caller().folder))}:${lineRange(first)}`;
  const more = copies.length > 1 ? ` and ${plural(copies.length - 1, "other place")}` : "";
  session.inform(`left out, since it is nearly the same: ${place}${more}`);
}
