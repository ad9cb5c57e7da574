/**
 * `ferris watch`: keeps an index up to date while files change.
 *
 * A run of `index` at the start and after every change, once the files have been quiet for a moment. Nothing is kept locked in
 * between, so other commands can be used meanwhile.
 */
import { Command } from "commander";
import { IndexNotFoundError, InputError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Ferris } from "../../ferris.ts";
import type { IndexReport } from "../../indexing/report.ts";
import { openFerris } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { Interrupted } from "../terminal/interrupt.ts";
import { duration, plural } from "../terminal/text.ts";
import { type TypeOption, withExamples, withModelOptions } from "./shared-options.ts";

export function watchCommand(): Command {
  const command = new Command("watch")
    .summary("keep the index up to date while files change")
    .description(
      "Indexes PATH (or what the index was made from), then waits for changes and indexes again, until Ctrl-C. Only what\n" +
        "changed is embedded. Many changes at once, such as a switch of branches, are one run.",
    )
    .argument("[path...]", "files and folders");
  command
    .addOption(new Flag("-i, --include <glob>", "only files that match", { repeated: true }))
    .addOption(new Flag("-e, --exclude <glob>", "not files that match", { repeated: true }))
    .addOption(
      new Flag("--type <name>", "only documents of this type, such as markdown", { values: "types", repeated: true }),
    )
    .addOption(new Flag("--ocr <how>", "scans and pictures: auto, off, or languages such as eng+deu (default: auto)"));
  withModelOptions(command);
  withExamples(command, [
    ["ferris watch notes", "in a terminal of its own"],
    ["ferris watch --json", "what the index was made from; a line of JSON for every run"],
  ]);
  return runs(command, (session, [paths], { type }: TypeOption) => watchPaths(session, paths, type), {
    outlivesReader: true,
  });
}

async function watchPaths(session: Session, named: readonly string[], types: TypeOption["type"]): Promise<number> {
  const { watch } = await import("../../watching/watch.ts");
  const signal = session.interruptible("stopping");
  const ferris = await openFerris(session);
  try {
    const paths = named.length > 0 ? named : await rootsOf(ferris);
    session.inform(`watching ${paths.join(", ")}; Ctrl-C ends it`);
    await watch(paths, (news) => bringUpToDate(session, ferris, paths, types, { signal, embedUntil: news }), {
      signal,
      ignoredFolders: ferris.ownFolder === null ? [] : [ferris.ownFolder],
    });
    return signal.reason instanceof Interrupted ? signal.reason.exitCode : exitCodes.interrupted;
  } finally {
    await ferris.close();
  }
}

async function rootsOf(ferris: Ferris): Promise<readonly string[]> {
  const { roots } = await ferris.statistics().catch((error: unknown) => {
    if (error instanceof IndexNotFoundError)
      throw new InputError("there is no index here yet: say what to watch, as in ferris watch notes");
    throw error;
  });
  return roots;
}

/** One run; what a later run may put right is said and not thrown. Returns when to try again, where that is needed. */
async function bringUpToDate(
  session: Session,
  ferris: Ferris,
  paths: readonly string[],
  types: TypeOption["type"],
  ends: { readonly signal: AbortSignal; readonly embedUntil: AbortSignal },
): Promise<number | undefined> {
  const { include, exclude, maxTokens, maxFileBytes, ocr } = session.settings.values;
  try {
    const report = await ferris.index(paths, {
      include,
      exclude,
      types,
      maxTokens: maxTokens ?? undefined,
      maxFileBytes: maxFileBytes ?? undefined,
      ocr,
      ...ends,
    });
    if (session.json) session.printJson({ type: "report", index: ferris.folder, ...report });
    else say(session, report);
    return undefined;
  } catch (error) {
    const { retryAfter } = await import("../../watching/watch.ts");
    const again = retryAfter(error);
    // A folder is gone for the moment: that it is back is a change.
    if (again === undefined && !(error instanceof InputError)) throw error;
    const { message } = error as Error;
    session.warn(again === undefined ? message : `${message} (trying again in ${duration(again / 1000)})`);
    return again;
  }
}

function say(session: Session, report: IndexReport): void {
  const { added, changed, renamed, removed, failures, chunksEmbedded, chunksWithoutVectors, seconds } = report;
  for (const { path, message } of failures) session.warn(`${path}: ${message}`);
  const counts = [
    [added, "new"],
    [changed, "changed"],
    [renamed, "renamed"],
    [removed, "removed"],
  ] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`);
  if (parts.length === 0 && chunksEmbedded === 0) return;
  const left = chunksWithoutVectors > 0 ? `, ${plural(chunksWithoutVectors, "chunk")} still without a vector` : "";
  const time = new Date().toTimeString().slice(0, 8);
  const embedded = `${plural(chunksEmbedded, "chunk")} embedded in ${duration(seconds)}${left}`;
  session.inform(`${time}  ${[parts.join(", "), embedded].filter(Boolean).join("; ")}`);
}
