/**
 * `ferris doctor`: what this machine offers, what ferris would use of it and why, and whether embedding works.
 *
 * The looking is metal-candle's (`metal-candle/diagnostics`); here are the index of this folder, the versions, and the print.
 */
import { Command } from "commander";
import { exitCodes } from "../../errors.ts";
import { diagnose } from "../../engine.ts";
import { describeDiagnosis } from "../present/diagnosis.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { versionOfFerris } from "../version.ts";
import { withExamples, withModelOptions } from "./shared-options.ts";

export function doctorCommand(): Command {
  const command = new Command("doctor")
    .summary("what this machine offers, and whether embedding works")
    .description(
      "Shows the GPU and its driver, what --device auto would choose and why, which kernel each operation would use and\n" +
        "whether it proved right here, caches and versions. Ends with 0 only when embedding works.",
    );
  withModelOptions(command);
  withExamples(command, [
    ["ferris doctor", "for reading"],
    ["ferris doctor --json > report.json", "everything, to paste into a report"],
    ["ferris doctor --device gpu", "whether the GPU works, whatever auto would choose"],
  ]);
  return runs(command, doctor);
}

async function doctor(session: Session): Promise<number> {
  const { device, dtype, allowSoftwareAdapter, model } = session.settings.values;
  const diagnosis = await diagnose({ device, dtype, allowSoftwareAdapter, model });
  const versions = { ferris: versionOfFerris(), node: process.versions.node, ...diagnosis.versions };
  if (session.json) session.printJson({ ...diagnosis, versions });
  else session.print(describeDiagnosis({ ...diagnosis, versions }, session.colours).join("\n"));
  return diagnosis.works ? exitCodes.success : exitCodes.failure;
}
