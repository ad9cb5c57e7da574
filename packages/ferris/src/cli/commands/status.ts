/**
 * `ferris status`: what an index holds, of which model, how large and how old.
 */
import { Command } from "commander";
import { exitCodes } from "../../errors.ts";
import type { StoreStatistics } from "../../store/store.ts";
import { openFerris } from "../open.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { table } from "../terminal/table.ts";
import { bytes, grouped, printable } from "../terminal/text.ts";
import { withExamples } from "./shared-options.ts";

export function statusCommand(): Command {
  const command = new Command("status")
    .summary("what the index holds, and of which model")
    .description(
      "Prints how many documents, chunks and tokens the index holds, the model it was made with, size and age.",
    );
  withExamples(command, [
    ["ferris status", "of the nearest index, going up"],
    ["ferris status --db ~/notes-index --json", "of another, for programs"],
  ]);
  return runs(command, status);
}

async function status(session: Session): Promise<number> {
  const ferris = await openFerris(session);
  try {
    const statistics = await ferris.statistics();
    if (session.json) session.printJson(statistics);
    else session.print(statusLines(statistics).join("\n"));
    return exitCodes.success;
  } finally {
    await ferris.close();
  }
}

function statusLines(statistics: StoreStatistics): string[] {
  const { path, identity, documents, chunks, tokens, types, lastIndexedTime, roots } = statistics;
  const kinds = Object.entries(types)
    .toSorted(([, a], [, b]) => b - a)
    .map(([type, count]) => `${grouped(count)} ${type}`);
  const rows = [
    ["Index", `${printable(path)} (${bytes(statistics.bytes)}, schema ${statistics.schemaVersion})`],
    ["Model", `${printable(identity.model)}, ${identity.dimensions} dimensions, ${identity.pooling}`],
    ["Revision", printable(identity.revision)],
    ["Documents", `${grouped(documents)}${kinds.length > 0 ? ` (${kinds.join(", ")})` : ""}`],
    ["Chunks", `${grouped(chunks)}, ${grouped(tokens)} tokens`],
    ["Last indexed", lastIndexedTime === null ? "never" : new Date(lastIndexedTime).toISOString()],
    ...roots.map((root, i) => [i === 0 ? "Folders" : "", printable(root)]),
  ];
  return table(rows);
}
