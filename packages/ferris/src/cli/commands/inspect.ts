/**
 * `ferris inspect FILE`: how a file is read and cut, chunk by chunk, with its token counts. Nothing is written.
 */
import { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { openFerris } from "../open.ts";
import { lineRange } from "../present/results.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { plural, printable } from "../terminal/text.ts";
import { withExamples, withModelOptions } from "./shared-options.ts";

export function inspectCommand(): Command {
  const command = new Command("inspect")
    .summary("how a file is cut into chunks, with token counts")
    .description(
      "Parses and cuts FILE as indexing would, with the model's own token counts, and prints all of its text in order, chunk by\n" +
        "chunk with its place; what could not be read is a warning that says why.",
    )
    .argument("<file>", "a file, indexed or not");
  command
    .addOption(new Flag("--max-tokens <n>", "longest chunk (default: 256, or what the model reads if that is less)"))
    .addOption(new Flag("--ocr <how>", "scans and pictures: auto, off, or languages such as eng+deu (default: auto)"));
  withModelOptions(command);
  withExamples(command, [
    ["ferris inspect README.md", "what search will see of it"],
    ["ferris inspect README.md --json | jq .tokens", "one JSON object a chunk"],
  ]);
  return runs(command, (session, [file]) => inspect(session, file));
}

async function inspect(session: Session, file: string): Promise<number> {
  const ferris = await openFerris(session);
  try {
    const { document, chunks, maxTokens, leftOut } = await ferris.inspect(file, {
      maxTokens: session.settings.values.maxTokens ?? undefined,
      ocr: session.settings.values.ocr,
    });
    for (const warning of document.warnings) session.warn(warning);
    if (leftOut) session.inform(`indexing its folder leaves it out (${leftOut}); named outright, it is read`);
    if (session.json) {
      for (const chunk of chunks) session.printJson(chunk);
      return exitCodes.success;
    }
    const { colours } = session;
    session.print(
      `${colours.path(printable(file))}: ${document.type}${document.title ? `, “${printable(document.title)}”` : ""}, ` +
        `${plural(chunks.length, "chunk")} of at most ${maxTokens} tokens`,
    );
    chunks.forEach((chunk, i) => {
      const place = `${chunk.page === null ? "" : `page ${chunk.page}, `}lines ${lineRange(chunk)}${chunk.isOcr ? "  read by OCR" : ""}`;
      const headings = chunk.headingPath.map(printable).join(" › ");
      session.print("");
      session.print(
        [`${colours.strong(`chunk ${i + 1}`)}  ${plural(chunk.tokens, "token")}  ${place}`, headings]
          .filter(Boolean)
          .join("  "),
      );
      for (const line of chunk.text.split(/\r?\n/)) session.print(`  ${printable(line.replaceAll("\t", "    "))}`);
    });
    return exitCodes.success;
  } finally {
    await ferris.close();
  }
}
