/**
 * `ferris get REFERENCE…`: reads on where a search result was found, or in a document by its path.
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { caller } from "../caller.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Ferris } from "../../ferris.ts";
import type { DocumentPassage, LineRange } from "../../search/passage.ts";
import { openFerris } from "../open.ts";
import { shownPath } from "../present/results.ts";
import { staleText } from "../present/results.ts";
import { runs } from "../run.ts";
import { jsonVersion, type Session } from "../session.ts";
import { printable } from "../terminal/text.ts";
import { withExamples } from "./shared-options.ts";

const linesUnlessGiven = 40;

export function getCommand(): Command {
  const command = new Command("get")
    .summary("read on from a result: #ID[:LINE[:COUNT]], or PATH[:FROM[-TO]]")
    .description(
      `Prints a chunk of the index by the number that search shows, or COUNT lines (${linesUnlessGiven} unless given) of its document from\n` +
        "LINE on; or lines of a document by its path. The text is the one that was indexed. Ends with 1 if any of it is not\n" +
        "there (any more), 2 on an error.",
    )
    .argument("<reference...>", "as search prints it; quote #ID, since # begins a comment in most shells");
  withExamples(command, [
    ['ferris get "#1234"', "the chunk itself"],
    ["ferris get 1234:80:20", "lines 80 to 99 of its document"],
    ["ferris get docs/keys.md:80-99 docs/cli.md", "lines of one document, and another from its beginning"],
  ]);
  return runs(command, (session, [references]) => get(session, references), { errorsAre2: true });
}

/** A chunk by its number, or a document by its path, and which lines of it; null: the chunk's own. */
type Reference = ({ readonly chunkId: number } | { readonly path: string }) & { readonly range: LineRange | null };

async function get(session: Session, texts: readonly string[]): Promise<number> {
  const references = texts.map(parseReference);
  const ferris = await openFerris(session);
  try {
    let code: number = exitCodes.success;
    for (const [index, reference] of references.entries()) {
      const passage = await read(ferris, reference);
      if (passage === null || passage.lines.length === 0) {
        session.inform(whyNothing(ferris, reference, passage));
        code = exitCodes.nothingFound;
      } else if (session.json) {
        session.printJson({ version: jsonVersion, ...passage });
      } else {
        if (index > 0) session.print("");
        printPassage(session, passage);
      }
    }
    return code;
  } finally {
    await ferris.close();
  }
}

function parseReference(text: string): Reference {
  const [, id, line, count] = /^#?(\d+)(?::(\d+)(?::(\d+))?)?$/.exec(text) ?? [];
  const [, path, first, last] = /^(.+?)(?::(\d+)(?:-(\d+))?)?$/.exec(text) ?? [];
  const [from, to] = [Number(line ?? first ?? 1), last === undefined ? null : Number(last)];
  const lines = Number(count ?? (to === null ? linesUnlessGiven : to - from + 1));
  if (from < 1 || lines < 1 || (id === undefined && (path === undefined || text.startsWith("#")))) {
    throw new UsageError(
      `invalid reference "${text}": write #ID, #ID:LINE, #ID:LINE:COUNT, PATH, PATH:FROM or PATH:FROM-TO, with lines counted from 1`,
    );
  }
  const range = { from, count: lines };
  if (id === undefined) return { path: resolve(path!), range };
  return { chunkId: Number(id), range: line === undefined ? null : range };
}

function read(ferris: Ferris, reference: Reference): Promise<DocumentPassage | null> {
  const { range } = reference;
  return "path" in reference
    ? ferris.readDocument(reference.path, range!)
    : ferris.read(reference.chunkId, range ?? undefined);
}

function whyNothing(ferris: Ferris, reference: Reference, passage: DocumentPassage | null): string {
  if (passage !== null)
    return `${passage.path} has nothing from line ${reference.range?.from} on; its last line is ${passage.lastLine}`;
  return "path" in reference
    ? `${reference.path} is not in the index at ${ferris.folder}`
    : `no chunk #${reference.chunkId} in ${ferris.folder}: it may have been indexed again since; search once more`;
}

function printPassage(session: Session, passage: DocumentPassage): void {
  session.inform(shownPath(passage.path, caller().folder));
  if (passage.stale) session.warn(`${passage.path}, as it was indexed: ${staleText(passage.stale)}`);
  const width = String(passage.lines.at(-1)!.number).length;
  for (const { number, text } of passage.lines) {
    session.print(
      `${session.colours.faint(String(number).padStart(width))}  ${printable(text.replaceAll("\t", "    "))}`,
    );
  }
}
