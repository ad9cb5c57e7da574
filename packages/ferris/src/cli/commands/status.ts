/**
 * `ferris status`: what an index holds, of which model, how large and how old; with `--all`, of each that lies with it.
 */
import { Command } from "commander";
import { IndexNotFoundError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Freshness } from "../../freshness.ts";
import type { StoreStatistics } from "../../store/store.ts";
import { openFerris } from "../open.ts";
import { Flag } from "../options.ts";
import { readingText } from "../present/reading.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { storeOf } from "../store.ts";
import { table } from "../terminal/table.ts";
import { bytes, grouped, printable } from "../terminal/text.ts";
import { queueLines } from "./jobs.ts";
import { withExamples } from "./shared-options.ts";

export function statusCommand(): Command {
  const command = new Command("status")
    .summary("what the index holds, and of which model")
    .description(
      "Prints how many documents, chunks and tokens the index holds, the model it was made with, size and age.",
    );
  command.addOption(new Flag("--all", "a line for each index there, by name"));
  withExamples(command, [
    ["ferris status", "of the nearest index, going up"],
    ["ferris status --all", "of each index there: their names, models and sizes"],
    ["ferris status --db ~/notes-index --json", "of another, for programs"],
  ]);
  return runs(command, (session, _arguments, { all }: { all?: true }) =>
    all ? statusOfAll(session) : status(session),
  );
}

async function status(session: Session): Promise<number> {
  const ferris = await openFerris(session);
  try {
    const statistics = await ferris.statistics();
    const freshness = await ferris.freshness();
    const reading = await ferris.reading();
    const queue = ferris.ownFolder === null ? await ferris.queue.status() : undefined;
    if (session.json) session.printJson({ ...statistics, freshness, reading, queue });
    else {
      session.print(statusLines(statistics, freshness).join("\n"));
      if (queue && queue.waiting + queue.running + queue.failed + queue.workers.length > 0)
        session.print(queueLines(queue).join("\n"));
    }
    const problem = readingText(reading, statistics.identity.model);
    if (problem !== null) session.warn(problem);
    return exitCodes.success;
  } finally {
    await ferris.close();
  }
}

interface Listed {
  readonly name: string | null;
  readonly folder: string;
  readonly statistics: StoreStatistics | null;
  /** Why there are no statistics. */
  readonly problem: string | null;
}

async function statusOfAll(session: Session): Promise<number> {
  const { Ferris } = await import("../../ferris.ts");
  const store = storeOf(session) ?? undefined;
  const places = await Ferris.list(store === undefined ? { db: session.settings.values.db ?? undefined } : { store });
  if (places.length === 0) throw new IndexNotFoundError("there is no index here: make one with ferris index PATH");
  const listed: Listed[] = [];
  for (const { name, folder } of places) {
    const ferris = await Ferris.open(store === undefined ? { db: folder } : { store, name });
    // One that cannot be read must not hide the others.
    const found = await ferris.statistics().then(
      (statistics) => ({ statistics, problem: null }),
      (error: Error) => ({ statistics: null, problem: error.message }),
    );
    listed.push({ name, folder, ...found });
    await ferris.close();
  }
  if (session.json) session.printJson(listed);
  else for (const line of table(listed.map(listedRow), { align: "llrrr" })) session.print(line);
  return listed.some(({ problem }) => problem !== null) ? exitCodes.indexUnusable : exitCodes.success;
}

function listedRow({ name, statistics, problem }: Listed): string[] {
  const shown = name === null ? "(no name)" : printable(name);
  if (statistics === null) return [shown, printable(problem!)];
  const { identity, documents, chunks, lastIndexedTime } = statistics;
  return [
    shown,
    printable(identity.model),
    `${grouped(documents)} documents`,
    `${grouped(chunks)} chunks`,
    bytes(statistics.bytes),
    lastIndexedTime === null ? "never" : new Date(lastIndexedTime).toISOString(),
  ];
}

function statusLines(statistics: StoreStatistics, { changed, gone }: Freshness): string[] {
  const { path, identity, documents, chunks, chunksWithVectors, tokens, types, lastIndexedTime, roots } = statistics;
  const kinds = Object.entries(types)
    .toSorted(([, a], [, b]) => b - a)
    .map(([type, count]) => `${grouped(count)} ${type}`);
  const rows = [
    ["Index", `${printable(path)} (${bytes(statistics.bytes)}, schema ${statistics.schemaVersion})`],
    ["Model", `${printable(identity.model)}, ${identity.dimensions} dimensions, ${identity.pooling}`],
    ["Revision", printable(identity.revision)],
    ["Documents", `${grouped(documents)}${kinds.length > 0 ? ` (${kinds.join(", ")})` : ""}`],
    ["Chunks", `${grouped(chunks)}, ${grouped(tokens)} tokens`],
    ...(chunksWithVectors < chunks
      ? [
          [
            "Vectors",
            `${grouped(chunksWithVectors)} of ${grouped(chunks)} chunks (${Math.floor((100 * chunksWithVectors) / chunks)} %): the others are found by words alone; ferris index goes on`,
          ],
        ]
      : []),
    ["Last indexed", lastIndexedTime === null ? "never" : new Date(lastIndexedTime).toISOString()],
    ...(changed + gone > 0
      ? [
          [
            "Out of date",
            `${grouped(changed)} changed, ${grouped(gone)} gone since they were indexed: run ferris index`,
          ],
        ]
      : []),
    ...roots.map((root, i) => [i === 0 ? "Folders" : "", printable(root)]),
  ];
  return table(rows);
}
