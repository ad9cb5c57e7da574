/**
 * `ferris map`: draws the map of an index, or reads the one that is kept, and prints its clusters or its points. The picture itself is in the page
 * of `ferris serve`.
 */
import { Command } from "commander";
import { UsageError } from "../../errors.ts";
import type { CorpusMap, MapProgress } from "../../map/corpus-map.ts";
import { exitCodes } from "../exit-codes.ts";
import { openFerris } from "../open.ts";
import { Flag, listed } from "../options.ts";
import { clusterLines, pointCsv, pointJson } from "../present/map-report.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import type { ProgressState } from "../terminal/progress.ts";
import { plural } from "../terminal/text.ts";
import { withExamples } from "./shared-options.ts";

interface MapCommandOptions {
  readonly format?: string;
  /** False with --no-draw. */
  readonly draw: boolean;
}

const formats = ["clusters", "csv"] as const;

export function mapCommand(): Command {
  const command = new Command("map")
    .summary("what the documents are about: clusters of passages")
    .description(
      "Draws all passages as points on a plane, near each other where they mean something alike, and prints the clusters that they form.\n" +
        "The map is kept beside the index and drawn again when the index has changed; the page of `ferris serve` shows the same one.\n" +
        "No model is loaded. 100,000 passages take a minute or two.",
    );
  command
    .addOption(
      new Flag("-f, --format <name>", `${listed(formats)} (default: clusters; see also --json)`, { values: formats }),
    )
    .addOption(new Flag("--no-draw", "the map as it was drawn last, or none"));
  withExamples(command, [
    ["ferris map", "the clusters, with the words that tell them apart"],
    ["ferris map --format csv > map.csv", "every passage with its place and cluster, for another program to draw"],
    ["ferris map --json", "the same, with all levels of clusters"],
  ]);
  return runs(command, (session, _arguments, options) => map(session, options as unknown as MapCommandOptions));
}

async function map(session: Session, { format = "clusters", draw }: MapCommandOptions): Promise<number> {
  if (!formats.some((known) => known === format))
    throw new UsageError(`--format is "${format}": it must be one of ${formats.join(", ")}`);
  const signal = session.interruptible("stopping");
  const ferris = await openFerris(session);
  const line = session.progress();
  try {
    const drawn = await ferris.map({ draw, signal, onProgress: (progress) => line.update(progressState(progress)) });
    line.finish();
    if (drawn === null) {
      session.inform(`no map of ${ferris.folder} has been drawn yet`);
      return exitCodes.nothingFound;
    }
    if (session.json) for (const part of pointJson(drawn, ferris.folder)) await session.write(part);
    else if (format === "csv") for (const part of pointCsv(drawn)) await session.write(part);
    else for (const each of clusterLines(drawn, session.colours)) session.print(each);
    tellWhatIsBehind(session, drawn);
    return exitCodes.success;
  } finally {
    await ferris.close();
  }
}

function progressState({ stage, part, points }: MapProgress): ProgressState {
  const detail = `${stage} of ${points.toLocaleString("en")} points`;
  return { label: "drawing the map", done: Math.floor(part * 100), total: 100, unit: "%", detail };
}

/** Of a map that was not drawn for this. */
function tellWhatIsBehind(session: Session, { added, removed, ids, passages }: CorpusMap): void {
  if (added > 0) session.inform(`${plural(added, "passage")} of ${passages} without a point`);
  if (removed > 0) session.inform(`${plural(removed, "point")} left out: their passages are gone`);
  if (ids.length === 0) session.inform("no passage has a vector yet");
}
