/** `ferris jobs`: the queue of an index in a PostgreSQL, and what became of documents that could not be indexed. */
import { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { QueueStatus, RunningJob, WorkerStatus } from "../../queue/job.ts";
import { openFerris } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { table } from "../terminal/table.ts";
import { bytes, duration, grouped, plural, printable } from "../terminal/text.ts";
import { optionalNumber, withExamples } from "./shared-options.ts";

interface JobsOptions {
  readonly running?: true;
  readonly failed?: true;
  readonly mostJobs?: string;
}

export function jobsCommand(): Command {
  const command = new Command("jobs")
    .summary("the queue of an index in a PostgreSQL, and what failed")
    .description(
      "Prints what waits for workers and who they are. retry has failed documents tried again, drop forgets them: all of\n" +
        "them, or those whose numbers follow.",
    )
    .argument("[action]", "retry or drop")
    .argument("[number...]", "jobs of ferris jobs --failed")
    .addOption(new Flag("--failed", "list the documents that failed, with their errors"))
    .addOption(new Flag("--running", "list the documents that workers have in hand"))
    .addOption(new Flag("-k, --limit <n>", "at most this many (default: 100)", { as: "mostJobs" }));
  withExamples(command, [
    ["ferris jobs --store postgres://host/database", "what waits, and who works"],
    ["ferris jobs --running", "which documents they have in hand"],
    ["ferris jobs --failed", "documents that could not be indexed, and why"],
    ["ferris jobs retry", "try all of those again"],
    ["ferris jobs drop 17 23", "forget two of them"],
  ]);
  return runs(command, (session, positional, options) =>
    jobs(
      session,
      positional as readonly unknown[] as readonly [string?, (readonly string[])?],
      options as unknown as JobsOptions,
    ),
  );
}

async function jobs(
  session: Session,
  [action, numbers = []]: readonly [action?: string, numbers?: readonly string[]],
  { failed, running, mostJobs }: JobsOptions,
): Promise<number> {
  if (action !== undefined && action !== "retry" && action !== "drop") {
    throw new UsageError(`unknown action "${action}": it must be retry or drop`);
  }
  if (running && action !== undefined) {
    throw new UsageError(`--running is a list, and ${action} is for documents that failed: leave one of them out`);
  }
  if (running && failed) throw new UsageError("--running and --failed exclude each other: they are two lists");
  const limit = optionalNumber("--limit", mostJobs, 1, 1_000_000) ?? 100;
  const ids = numbers.map((text) => optionalNumber("the number of a job", text, 1, Number.MAX_SAFE_INTEGER)!);
  const ferris = await openFerris(session);
  try {
    if (action !== undefined) {
      const count = await ferris.queue[action](ids.length === 0 ? null : ids);
      if (session.json) session.printJson({ [action]: count });
      else session.print(`${plural(count, "document")} ${action === "retry" ? "will be tried again" : "forgotten"}`);
      const missing = new Set(ids).size - count;
      if (missing > 0)
        session.warn(`${missing} of these numbers belong to no failed document: ferris jobs --failed lists those`);
      if (count === 0 && missing > 0) return exitCodes.nothingFound;
    } else if (failed) {
      const list = await ferris.queue.failed(limit);
      printList(
        session,
        list,
        limit,
        "no document failed",
        ({ id, path, error }) => `${id}  ${printable(path)}: ${printable(error)}`,
      );
    } else if (running) {
      const list = await ferris.queue.running(limit);
      const line = ({ id, path, attempts, worker }: RunningJob) =>
        `${id}  ${printable(path)}: ${printable(worker)}${attempts > 1 ? `, taken ${attempts} times` : ""}`;
      printList(session, list, limit, "no worker has a document in hand", line);
    } else {
      const status = await ferris.queue.status();
      if (session.json) session.printJson(status);
      else session.print(queueLines(status).join("\n"));
    }
    return exitCodes.success;
  } finally {
    await ferris.close();
  }
}

function printList<Job>(
  session: Session,
  list: readonly Job[],
  limit: number,
  none: string,
  line: (job: Job) => string,
): void {
  if (session.json) return session.printJson(list);
  for (const job of list) session.print(line(job));
  if (list.length === 0) session.inform(none);
  if (list.length === limit) session.inform(`the first ${limit}: --limit gives more`);
}

/** Also for `ferris status`. */
export function queueLines(status: QueueStatus): string[] {
  const { waiting, running, failed, byPath, bytes: size, workers, tokensPerSecond, secondsLeft } = status;
  const isAtWork = waiting + running > 0;
  const rows = [
    [
      "Queue",
      `${grouped(waiting)} waiting${byPath > 0 ? ` (${grouped(byPath)} by path, for workers with --trust-path)` : ""}, ${grouped(running)} with workers, ${grouped(failed)} failed; ${bytes(size)} of contents`,
    ],
    ...(isAtWork && secondsLeft !== null
      ? [["Time left", `about ${duration(secondsLeft)}, at ${grouped(tokensPerSecond)} tokens/s`]]
      : []),
    ...(isAtWork && workers.length === 0 ? [["Workers", "none: start some with ferris worker"]] : []),
    ...workers.map((worker, i) => [
      i === 0 ? "Workers" : "",
      `${printable(worker.id)} on ${printable(worker.devices)}: ${doneBy(worker)}`,
    ]),
  ];
  return table(rows);
}

function doneBy({ documents, tokensPerSecond }: WorkerStatus): string {
  if (documents === 0) return "nothing written yet";
  return `${plural(documents, "document")}, ${grouped(tokensPerSecond)} tokens/s while at work`;
}
