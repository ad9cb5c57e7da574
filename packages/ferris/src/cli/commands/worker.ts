/** `ferris worker`: works through the queue of an index in a PostgreSQL, beside any number of others. */
import { Command } from "commander";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../../errors.ts";
import { caller } from "../caller.ts";
import { exitCodes } from "../exit-codes.ts";
import { openFerris } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { plural, printable } from "../terminal/text.ts";
import { devicesOption, optionalNumber, withExamples, withModelOptions } from "./shared-options.ts";

/**
 * After which a worker ends whatever it waits for: a commit behind somebody's lock, a server that does not answer. Less than what Docker
 * (deploy/compose.yaml) and Kubernetes leave it.
 */
const mostSecondsToStop = 20;

interface WorkerCommandOptions {
  readonly drain?: true;
  readonly trustPath?: readonly string[];
  readonly budget?: string;
  readonly lease?: string;
  readonly metricsPort?: string;
  readonly metricsHost?: string;
}

export function workerCommand(): Command {
  const command = new Command("worker")
    .summary("embed what is queued for an index in a PostgreSQL")
    .description(
      "Claims queued documents (ferris index --enqueue), embeds them and writes them, until Ctrl-C. Run it on any number of\n" +
        "machines: each document is done by one of them, and what a worker had when it died is taken over by another.",
    )
    .addOption(new Flag("--drain", "end when nothing waits and nobody works"))
    .addOption(
      new Flag("--trust-path <dir>", "read queued paths below this folder, which this machine must have too", {
        values: "folders",
        repeated: true,
      }),
    )
    .addOption(
      new Flag(
        "--budget <tokens>",
        "claim documents of about this many tokens at a time, per device (default: 65536 on a GPU, 8192 on the CPU)",
      ),
    )
    .addOption(new Flag("--lease <seconds>", "seconds of silence after which others take its documents (default: 60)"))
    .addOption(new Flag("--metrics-port <n>", "serve /metrics for Prometheus and /healthz here"))
    .addOption(new Flag("--metrics-host <address>", "on this address (default: 127.0.0.1)"));
  withModelOptions(command).addOption(devicesOption());
  withExamples(command, [
    ["ferris worker --store postgres://host/database --devices all", "on every GPU of this machine"],
    ["ferris worker --drain", "until the queue is empty, with the store in FERRIS_STORE"],
    ["ferris worker --trust-path /srv/documents", "reads paths that were queued with --send-paths"],
  ]);
  return runs(command, (session, _positional, options) => work(session, options as unknown as WorkerCommandOptions), {
    outlivesReader: true,
  });
}

async function work(session: Session, options: WorkerCommandOptions): Promise<number> {
  const { maxFileBytes, ocr } = session.settings.values;
  const tokenBudget = optionalNumber("--budget", options.budget, 256, 100_000_000);
  const leaseSeconds = optionalNumber("--lease", options.lease, 1, 86_400);
  const trusted = (options.trustPath ?? []).map(trustedFolder);
  const port = optionalNumber("--metrics-port", options.metricsPort, 0, 65_535);
  const signal = session.interruptible("stopping: what is not written yet goes back to the queue", {
    mostSeconds: mostSecondsToStop,
  });
  // A batch takes seconds on a busy machine: leases, probes and signals do not wait for it.
  const ferris = await openFerris(session, { severalDevices: true, cpuThread: true });
  const { WorkerMetrics } = await import("../../server/worker-metrics.ts");
  const metrics = new WorkerMetrics(() => ferris.queue.status());
  const host = options.metricsHost ?? "127.0.0.1";
  const server =
    port === undefined
      ? null
      : await metrics.listen(port, host).catch(async (error: Error) => {
          await ferris.close();
          throw new InputError(`${host} port ${port} cannot be listened on: ${error.message}`, { cause: error });
        });
  if (server !== null) session.inform(`metrics at ${server.url}/metrics`);
  const line = session.progress();
  let documents = 0;
  try {
    const report = await ferris.queue.work({
      signal,
      untilEmpty: options.drain === true,
      trusted,
      maxFileBytes: maxFileBytes ?? undefined,
      ocr,
      tokenBudget,
      leaseSeconds,
      onCommit: (committed) => {
        metrics.committed(committed);
        documents += committed.documents;
        if (session.json) session.printJson({ type: "committed", ...committed });
        else line.update({ label: "embedding", done: documents, unit: "documents" });
      },
      onFailure: (path, message) => {
        metrics.failed();
        session.warn(`${printable(path)}: ${printable(message)}`);
      },
      onUnreachable: ({ count, path }) =>
        session.warn(
          `${plural(count, "document")} not taken: their bytes are not in the queue, and they lie below no folder that --trust-path names, as ${printable(path)}`,
        ),
      onLost: (count) => {
        metrics.lost(count);
        session.warn(`${plural(count, "document")} had been taken over by other workers, and was not written here`);
      },
    });
    line.finish();
    if (session.json) session.printJson({ type: "report", ...report });
    else if (!session.quiet) {
      const { chunks, tokens, skipped, failed, lost, released } = report;
      session.print(
        `${plural(report.documents, "document")}, ${plural(chunks, "chunk")}, ${plural(tokens, "token")}; ${skipped} left out, ${failed} failed, ${lost} taken over by others${released > 0 ? `, ${released} given back` : ""}`,
      );
    }
    return exitCodes.success;
  } finally {
    line.finish();
    await server?.close();
    await ferris.close();
  }
}

/** A folder that is not there would be trusted in vain, and "" would be the working folder. @throws InputError */
function trustedFolder(given: string): string {
  const folder = resolve(caller().folder, given);
  if (given !== "" && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new InputError(`--trust-path is "${given}": there is no such folder on this machine`);
}
