/**
 * `ferris doctor`: what this machine offers, what ferris would use of it and why, and whether embedding works.
 *
 * The looking is metal-candle's (`metal-candle/diagnostics`); here are the versions of the rest, and the print.
 */
import { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { diagnosisLines, type StorageReport } from "../present/diagnosis.ts";
import { runs } from "../run.ts";
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
    // SQLite's binary is loaded when its package is imported.
    const { DatabaseSync } = await import("@photostructure/sqlite");
    const { vectorExtensionPath } = await import("../../store/sqlite/vector-extension.ts");
    const database = new DatabaseSync(":memory:", { allowExtension: true });
    database.enableLoadExtension(true);
    database.loadExtension(vectorExtensionPath());
    const versions = database.prepare("SELECT sqlite_version() AS sqlite, vec_version() AS vec").get();
    database.close();
    return { problem: null, sqlite: String(versions?.sqlite), sqliteVec: String(versions?.vec) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error), sqlite: null, sqliteVec: null };
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
  const diagnosis = {
    ...found,
    works: found.works && storage.problem === null,
    storage,
    versions: { ferris: versionOfFerris(), node: process.versions.node, ...found.versions },
  };
  if (session.json) session.printJson(diagnosis);
  else session.print(diagnosisLines(diagnosis, session.colours).join("\n"));
  return diagnosis.works ? exitCodes.success : exitCodes.failure;
}
