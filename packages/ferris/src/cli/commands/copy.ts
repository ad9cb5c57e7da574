/**
 * `ferris copy`: an index into another place, from a folder to a PostgreSQL or back.
 */
import { Command } from "commander";
import { UsageError } from "../../errors.ts";
import type { Place } from "../../store/index.ts";
import { hasPassword, isPostgresUrl } from "../../store/postgres/address.ts";
import { placeOf } from "../../store/places.ts";
import { exitCodes } from "../exit-codes.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { grouped, plural } from "../terminal/text.ts";
import { withExamples } from "./shared-options.ts";

interface CopyCommandOptions {
  readonly from?: string;
  readonly to?: string;
}

export function copyCommand(): Command {
  const command = new Command("copy")
    .summary("an index into another place")
    .description(
      "Copies documents with their chunks and vectors; nothing is read or embedded again. What is there already is left alone,\n" +
        "so the same command goes on where it was cut off; what was written is read back and compared.",
    )
    .addOption(new Flag("--from <place>", "folder of an index, or URL of a store", { values: "folders" }))
    .addOption(new Flag("--to <place>", "the other one", { values: "folders" }));
  withExamples(command, [
    ["ferris copy --from .ferris --to postgres://ferris@db/search", "an index that a team has outgrown the folder of"],
    ["ferris copy --from postgres://ferris@db/search --to backup --index docs", "the one that is called docs, back"],
  ]);
  return runs(command, (session, _, options) => copy(session, options));
}

async function copy(session: Session, { from, to }: CopyCommandOptions): Promise<number> {
  const places = { from: place(session, "--from", from), to: place(session, "--to", to) };
  const signal = session.interruptible("stopping after the documents under way; the same command goes on from there");
  const { copyIndex } = await import("../../copying/copy-index.ts");
  const line = session.progress();
  const report = await copyIndex({
    ...places,
    signal,
    onNotice: (text) => session.warn(text),
    onProgress: ({ done, total }) =>
      line.update({ label: "copying", done, total, unit: "documents", share: total === 0 ? 1 : done / total }),
  });
  line.finish();
  const { copied, same, waiting, others, chunks, interrupted } = report;
  if (session.json) session.printJson(report);
  else session.inform(`${plural(copied, "document")} copied, ${grouped(same)} were there (${grouped(chunks)} chunks)`);
  if (waiting > 0)
    session.warn(`${plural(waiting, "document")} left out: without vectors yet; finish indexing, then copy again`);
  if (others > 0) session.warn(`${plural(others, "document")} there that are not in the index copied from; left alone`);
  if (interrupted) return exitCodes.interrupted;
  return waiting > 0 ? exitCodes.someDocumentsFailed : exitCodes.success;
}

function place(session: Session, flag: string, given: string | undefined): Place {
  if (given === undefined) throw new UsageError("copy needs --from and --to, each a folder or postgres://…");
  const name = session.settings.values.index;
  if (!isPostgresUrl(given)) return placeOf({ db: given, name });
  if (hasPassword(given)) {
    throw new UsageError(
      `${flag} has a password in it, which everybody on this machine can read in the list of processes: put it into ~/.pgpass, PGPASSWORD or a service file`,
    );
  }
  return placeOf({ store: given, name });
}
