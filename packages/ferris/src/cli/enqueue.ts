/** `ferris index --enqueue`: what is new or changed becomes jobs for `ferris worker`. */
import { UsageError } from "../errors.ts";
import type { IndexCommandOptions } from "./commands/index.ts";
import { optionalNumber } from "./commands/shared-options.ts";
import { exitCodes } from "./exit-codes.ts";
import { openFerris } from "./open.ts";
import type { Session } from "./session.ts";
import { bytes, plural } from "./terminal/text.ts";

export async function enqueue(
  session: Session,
  paths: readonly string[],
  { type, as, report: to, sendPaths, priority: given }: IndexCommandOptions,
): Promise<number> {
  if (type !== undefined || as !== undefined || to !== undefined) {
    throw new UsageError("--type, --as and --report are for indexing here, not for --enqueue");
  }
  if (paths.includes("-")) throw new UsageError("standard input cannot be queued: give a path");
  const { include, exclude, maxTokens, maxFileBytes, ocr } = session.settings.values;
  const priority = optionalNumber("--priority", given, -1000, 1000);
  const signal = session.interruptible("stopping; what is queued stays queued");
  const ferris = await openFerris(session);
  const line = session.progress();
  try {
    const report = await ferris.queue.add(paths, {
      include,
      exclude,
      maxTokens: maxTokens ?? undefined,
      maxFileBytes: maxFileBytes ?? undefined,
      ocr,
      sendsBytes: sendPaths !== true,
      priority: priority === undefined ? undefined : Math.round(priority),
      signal,
      onWait: () => session.inform("much waits already: waiting for workers (ferris worker)"),
      onProgress: ({ enqueued }) => line.update({ label: "queueing", done: enqueued, unit: "documents" }),
    });
    line.finish();
    if (session.json) session.printJson({ type: "enqueued", index: ferris.folder, ...report });
    else if (!session.quiet) {
      const { enqueued, alreadyQueued, unchanged, removed, skipped } = report;
      session.print(
        `${plural(enqueued, "document")} queued (${bytes(report.bytes)}), ${alreadyQueued} in the queue already, ${unchanged} unchanged, ${removed} removed, ${skipped} left out`,
      );
    }
    if (report.alreadyQueued > 0) {
      const { failed } = await ferris.queue.status();
      if (failed > 0)
        session.inform(
          `${plural(failed, "document")} failed before, not tried again until changed: ferris jobs --failed, ferris jobs retry`,
        );
    }
    return exitCodes.success;
  } finally {
    line.finish();
    await ferris.close();
  }
}
