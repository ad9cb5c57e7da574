/**
 * `ferris index`: brings an index up to date with folders and files.
 *
 * The work is the library's; here are the progress line, the summary, and what Ctrl-C means.
 */
import { Command } from "commander";
import { exitCodes } from "../../errors.ts";
import type { IndexReport } from "../../indexing/report.ts";
import { openFerris } from "../open.ts";
import { progressState, reportLines } from "../present/index-report.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { Interrupted } from "../terminal/interrupt.ts";
import { printable } from "../terminal/text.ts";
import { repeated, type TypeOption, withExamples, withModelOptions } from "./shared-options.ts";

export function indexCommand(): Command {
  const command = new Command("index")
    .summary("read folders and files into the index")
    .description(
      "Reads Markdown, text and source code, and embeds what is new or changed. What is gone from PATH leaves the index.\n" +
        "Left out: what .gitignore and .ferrisignore name, binaries, lock files, minified code and the like; a path given\n" +
        "here by name is read in any case. The index is the nearest .ferris folder, going up; a new one is made here.",
    )
    .argument("<path...>", "folders and files");
  command
    .option("-i, --include <glob>", "only files that match (may be repeated)", repeated)
    .option("-e, --exclude <glob>", "not files that match (may be repeated)", repeated)
    .option("--type <name>", "only documents of this type, such as markdown (may be repeated)", repeated)
    .option("--max-tokens <n>", "longest chunk (default: what the model reads)");
  withModelOptions(command);
  withExamples(command, [
    ["ferris index .", "everything under the working folder"],
    ["ferris index docs src --exclude '**/generated/**'", "two folders, without some of it"],
    ["ferris index --device gpu --json notes", "on the GPU or not at all; progress and report as JSON lines"],
  ]);
  return runs(command, (session, [paths], { type }: TypeOption) => index(session, paths, type), {
    outlivesReader: true,
  });
}

async function index(session: Session, paths: readonly string[], types: TypeOption["type"]): Promise<number> {
  const { include, exclude, maxTokens, maxFileBytes } = session.settings.values;
  const signal = session.interruptible(
    "stopping after the batch in flight; Ctrl-C again quits at once, which is safe too",
  );
  const ferris = await openFerris(session);
  const line = session.progress();
  try {
    const report = await ferris.index(paths, {
      include,
      exclude,
      types,
      maxTokens: maxTokens ?? undefined,
      maxFileBytes: maxFileBytes ?? undefined,
      signal,
      onProgress: (progress) => {
        if (session.json) session.printJson({ type: "progress", ...progress });
        else line.update(progressState(progress));
      },
    });
    line.finish();
    const model = await ferris.modelInfo();
    if (session.json) {
      session.printJson({ type: "report", index: ferris.folder, model, ...report });
    } else {
      for (const { path, message } of report.failures)
        process.stderr.write(`ferris: ${printable(path)}: ${printable(message)}\n`);
      for (const warning of report.warnings) session.warn(printable(warning));
      if (!session.quiet) session.print(reportLines(report, model, ferris.folder).join("\n"));
    }
    return ending(session, report, signal);
  } finally {
    line.finish();
    await ferris.close();
  }
}

function ending(session: Session, report: IndexReport, signal: AbortSignal): number {
  if (report.interrupted) {
    session.inform("Stopped before the end. The index is whole: the same command goes on from here.");
    return signal.reason instanceof Interrupted ? signal.reason.exitCode : exitCodes.interrupted;
  }
  return report.failures.length > 0 ? exitCodes.someDocumentsFailed : exitCodes.success;
}
