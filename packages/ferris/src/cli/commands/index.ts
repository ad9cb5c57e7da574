/**
 * `ferris index`: brings an index up to date with folders and files.
 *
 * The work is the library's; here are the progress line, the summary, and what Ctrl-C means.
 */
import { Command } from "commander";
import { NothingToIndexError, UsageError } from "../../errors.ts";
import { caller } from "../caller.ts";
import { exitCodes } from "../exit-codes.ts";
import type { IndexReport } from "../../indexing/report.ts";
import { openFerris } from "../open.ts";
import { FileList } from "../present/file-list.ts";
import { readingText } from "../present/reading.ts";
import { progressState, reportLines } from "../present/index-report.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { Interrupted } from "../terminal/interrupt.ts";
import { printable } from "../terminal/text.ts";
import { devicesOption, type TypeOption, withExamples, withModelOptions } from "./shared-options.ts";

export function indexCommand(): Command {
  const command = new Command("index")
    .summary("read folders and files into the index")
    .description(
      "Reads text, Markdown, HTML, source code, PDF, Office files, mail and more, and embeds what is new or changed. Files\n" +
        "deleted from PATH are removed from the index. Left out: what .gitignore and .ferrisignore name, binaries, lock files,\n" +
        "minified code and the like; a path given here by name is read in any case. The index is the nearest .ferris folder,\n" +
        "going up; a new one is made here.",
    )
    .argument("<path...>", "folders and files; - is standard input");
  command
    .addOption(new Flag("-i, --include <glob>", "only files that match", { repeated: true }))
    .addOption(new Flag("-e, --exclude <glob>", "not files that match", { repeated: true }))
    .addOption(
      new Flag("--type <name>", "only documents of this type, such as markdown", { values: "types", repeated: true }),
    )
    .addOption(new Flag("--as <name>", "what to call standard input; the extension says how to read it"))
    .addOption(
      new Flag(
        "--report [file]",
        "list every file with what became of it, on stdout or in FILE; with --json as JSON lines",
      ),
    )
    .addOption(new Flag("--max-tokens <n>", "longest chunk (default: 256, or what the model reads if that is less)"))
    .addOption(new Flag("--ocr <how>", "scans and pictures: auto, off, or languages such as eng+deu (default: auto)"));
  withModelOptions(command)
    .addOption(devicesOption())
    .addOption(new Flag("--enqueue", "queue the documents for workers (ferris worker) instead; needs --store"))
    .addOption(
      new Flag("--send-paths", "with --enqueue: send paths, for workers that read the same disk and trust them"),
    )
    .addOption(new Flag("--priority <n>", "with --enqueue: the higher, the sooner (default: 0)"));
  withExamples(command, [
    ["ferris index .", "everything under the working folder"],
    ["ferris index docs src --exclude '**/generated/**'", "two folders, without some of it"],
    ["man bash | ferris index - --as manuals/bash.txt", "what another program prints"],
    ["ferris index . --report left-out.txt", "and why each file that is missing is missing"],
    ["ferris index . --devices all", "on every GPU of this machine at once"],
    ["ferris index docs --store postgres://host/database --enqueue", "leaves the work to ferris worker, anywhere"],
    ["ferris index --device gpu --json notes", "on the GPU or not at all; progress and report as JSON lines"],
  ]);
  const action = async (session: Session, [paths]: readonly never[], options: IndexCommandOptions): Promise<number> => {
    const { enqueue: queued, sendPaths, priority } = options;
    if (queued) return (await import("../enqueue.ts")).enqueue(session, paths, options);
    if (sendPaths || priority !== undefined) throw new UsageError("--send-paths and --priority belong to --enqueue");
    return index(session, paths, options);
  };
  return runs(command, action, { outlivesReader: true });
}

export interface IndexCommandOptions extends TypeOption {
  readonly enqueue?: true;
  readonly sendPaths?: true;
  readonly priority?: string;
  readonly as?: string;
  readonly report?: string | true;
}

async function index(
  session: Session,
  named: readonly string[],
  { type, as, report: to }: IndexCommandOptions,
): Promise<number> {
  const { include, exclude, maxTokens, maxFileBytes, ocr } = session.settings.values;
  const signal = session.interruptible(
    "stopping after the batch in flight; Ctrl-C again quits at once, which is safe too",
  );
  const list = to === undefined ? null : await FileList.open(session, to);
  const ferris = await openFerris(session, { severalDevices: true });
  const line = session.progress();
  try {
    const paths = await withStandardInput(session, named, as, ferris.ownFolder);
    const report = await ferris.index(paths, {
      include,
      exclude,
      types: type,
      maxTokens: maxTokens ?? undefined,
      maxFileBytes: maxFileBytes ?? undefined,
      ocr,
      signal,
      onFile: list ? (file) => list.add(file) : undefined,
      onProgress: (progress) => {
        if (session.json) session.printJson({ type: "progress", ...progress });
        else line.update(progressState(progress));
      },
    });
    line.finish();
    await list?.close();
    const model = await ferris.modelInfo();
    const reading = await ferris.reading();
    if (session.json) {
      session.printJson({ type: "report", index: ferris.folder, model, ...report, reading });
    } else {
      for (const { path, message } of report.failures)
        caller().stderr.write(`ferris: ${printable(path)}: ${printable(message)}\n`);
      for (const warning of report.warnings) session.warn(warning);
      // Of what changed nothing there is nothing new to say.
      const problem = report.chunksEmbedded > 0 && model ? readingText(reading, model.id) : null;
      if (problem !== null) session.warn(problem);
      if (!session.quiet) session.print(reportLines(report, model, ferris.folder).join("\n"));
    }
    return ending(session, named, report, signal);
  } finally {
    line.finish();
    await list?.discard();
    await ferris.close();
  }
}

/** `named` with the file that keeps standard input in place of "-". */
async function withStandardInput(
  session: Session,
  named: readonly string[],
  name: string | undefined,
  indexFolder: string | null,
): Promise<readonly string[]> {
  if (!named.includes("-")) {
    if (name !== undefined) throw new UsageError("--as is for standard input: give - as a path too");
    return named;
  }
  if (indexFolder === null) {
    throw new UsageError(
      "- is standard input, which is kept in the folder of an index: write it to a file for a store",
    );
  }
  const { keepInput } = await import("../io/kept-input.ts");
  const { defaultMaxFileBytes } = await import("../../indexing/index-folder.ts");
  const maxBytes = session.settings.values.maxFileBytes ?? defaultMaxFileBytes;
  const kept = await keepInput(caller().stdin, { name, indexFolder, maxBytes });
  return named.map((path) => (path === "-" ? kept : path));
}

function ending(session: Session, named: readonly string[], report: IndexReport, signal: AbortSignal): number {
  if (report.interrupted) {
    session.inform("Stopped before the end. The index is whole: the same command goes on from here.");
    return signal.reason instanceof Interrupted ? signal.reason.exitCode : exitCodes.interrupted;
  }
  if (report.failures.length > 0) return exitCodes.someDocumentsFailed;
  const { added, changed, renamed, unchanged, removed, skipped } = report;
  if (added + changed + renamed + unchanged + removed > 0) return exitCodes.success;
  const reasons = Object.entries(skipped).map(([reason, count]) => `${count} ${reason}`);
  throw new NothingToIndexError(
    `Nothing to index in ${named.join(", ")}: ` +
      (reasons.length > 0 ? `all that is there was left out (${reasons.join(", ")})` : "there are no files in it") +
      ". Name other paths, or see ferris index --help for what is left out.",
  );
}
