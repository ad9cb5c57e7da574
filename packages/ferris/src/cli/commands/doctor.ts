/**
 * `ferris doctor`: what this machine offers, what ferris would use of it and why, and whether embedding works.
 *
 * The looking is metal-candle's (`metal-candle/diagnostics`); here are the versions of the rest, and the print.
 */
import { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { diagnosisLines, type ServerReport, type StorageReport } from "../present/diagnosis.ts";
import { runs } from "../run.ts";
import { connectToStore, storeOf } from "../store.ts";
import type { Session } from "../session.ts";
import { versionOfFerris } from "../version.ts";
import { withExamples, withModelOptions } from "./shared-options.ts";

export function doctorCommand(): Command {
  const command = new Command("doctor")
    .summary("what this machine offers, and whether embedding works")
    .description(
      "Shows the GPU and its driver, what --device auto would choose and why, which kernel each operation would use and\n" +
        "whether it proved right here, whether an index can be opened, caches and versions. Ends with 0 only when all of it works.",
    );
  withModelOptions(command);
  withExamples(command, [
    ["ferris doctor", "for reading"],
    ["ferris doctor --json > report.json", "everything, to paste into a report"],
    ["ferris doctor --device gpu", "whether the GPU works, whatever auto would choose"],
  ]);
  return runs(command, doctor);
}

/** Whether an index can be opened here, without one. */
async function storageReport(): Promise<StorageReport> {
  try {
    const { openSqlite } = await import("../../store/sqlite/sqlite.ts");
    const { addVectorFunctions } = await import("../../store/sqlite/vector-functions.ts");
    const database = openSqlite(":memory:", { allowExtension: true });
    try {
      const sqliteVecProblem = addVectorFunctions(database);
      const version = (name: string) => String(database.prepare(`SELECT ${name}() AS version`).get()?.version);
      const sqliteVec = sqliteVecProblem === null ? version("vec_version") : null;
      return { problem: null, sqlite: version("sqlite_version"), sqliteVec, sqliteVecProblem };
    } finally {
      database.close();
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { problem, sqlite: null, sqliteVec: null, sqliteVecProblem: null };
  }
}

/** The store that the settings name; null where the index is a folder. */
async function serverReport(session: Session): Promise<ServerReport | null> {
  const url = storeOf(session);
  if (url === null) return null;
  const { withoutPassword } = await import("../../store/postgres/address.ts");
  try {
    const connection = await connectToStore(session);
    try {
      const { pgvectorWarning, requireServer, serverVersions } = await import("../../store/postgres/server.ts");
      const { requireSchema } = await import("../../store/postgres/migrate.ts");
      const versions = await serverVersions(connection);
      const problem = await requireServer(connection, connection.shown)
        .then(() => requireSchema(connection))
        .then(() => null)
        .catch((error: Error) => error.message);
      const warning = versions.pgvector === null ? null : pgvectorWarning(versions.pgvector);
      return { store: connection.shown, ...versions, problem, warning };
    } finally {
      await connection.close();
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { store: withoutPassword(url), postgres: null, pgvector: null, problem, warning: null };
  }
}

async function doctor(session: Session): Promise<number> {
  const { diagnose } = await import("metal-candle/diagnostics");
  const { device, dtype, allowSoftwareAdapter, model } = session.settings.values;
  const found = await diagnose({
    device,
    dtype,
    // Left to the engine's own environment variable unless somebody said so here.
    allowSoftwareAdapter: allowSoftwareAdapter || undefined,
    model: model ?? undefined,
  });
  const storage = await storageReport();
  const server = await serverReport(session);
  const diagnosis = {
    ...found,
    works: found.works && storage.problem === null && (server === null || server.problem === null),
    storage,
    server,
    versions: { ferris: versionOfFerris(), node: process.versions.node, ...found.versions },
  };
  if (session.json) session.printJson(diagnosis);
  else session.print(diagnosisLines(diagnosis, session.colours).join("\n"));
  return diagnosis.works ? exitCodes.success : exitCodes.failure;
}
