/**
 * `ferris models`: what to choose and why, with what is on this machine and how fast it is here. The facts are the catalogue's
 * (choosing/catalogue.ts).
 */
import { Command } from "commander";
import { advice, type CatalogueModel, catalogue, sources } from "../../choosing/catalogue.ts";
import type { InstalledModel } from "../../choosing/installed.ts";
import type { Speed } from "../../choosing/speed.ts";
import { exitCodes } from "../exit-codes.ts";
import { speedsFile } from "../io/cache-folder.ts";
import { modelOptions } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { table } from "../terminal/table.ts";
import { bytes, grouped, printable } from "../terminal/text.ts";
import { versionOfFerris } from "../version.ts";
import { withExamples } from "./shared-options.ts";

/** A model with what this machine knows of it. */
interface Row extends CatalogueModel {
  readonly installed: InstalledModel | null;
  readonly speed: Speed | null;
}

export function modelsCommand(): Command {
  const command = new Command("models")
    .summary("which model to choose, and why")
    .description(
      "Prints models that search well: languages, size, published quality with its source, licence, how each was checked, what is on\n" +
        "this machine, and how fast that is here (after --measure). --model and --reranker take the names in the first column.\n" +
        "Any other model of these families will do too: docs/models.md.",
    );
  command
    .addOption(new Flag("--measure", "time those that are on this machine and have not been timed yet"))
    .addOption(new Flag("-d, --device <name>", "where to measure: auto, gpu or cpu"));
  withExamples(command, [
    ["ferris models", "what there is"],
    ["ferris pull granite-small && ferris index . --model granite-small", "a better one than the bundled"],
    ["ferris models --measure --json", "with the speed of those that are here, for programs"],
  ]);
  return runs(command, (session, _arguments, options: { measure?: true }) => models(session, options.measure === true));
}

async function models(session: Session, measures: boolean): Promise<number> {
  const [{ installedModel }, { SpeedCache, measureSpeed }] = await Promise.all([
    import("../../choosing/installed.ts"),
    import("../../choosing/speed.ts"),
  ]);
  const cache = new SpeedCache(speedsFile(), versionOfFerris());
  const { device } = session.settings.values;
  const signal = session.interruptible("stopping after this model");
  const line = session.progress();
  const rows: Row[] = [];
  for (const [i, model] of catalogue.entries()) {
    signal.throwIfAborted();
    const installed = await installedModel(model.id);
    let speed = installed === null ? null : await cache.get(model.id, device);
    if (installed && !speed && measures) {
      line.update({ label: `measuring ${model.name}`, done: i, total: catalogue.length, unit: "models" });
      try {
        speed = await measureSpeed(model, { ...modelOptions(session), signal });
        await cache.put(model.id, device, speed);
      } catch (error) {
        line.finish();
        signal.throwIfAborted();
        session.warn(`${model.name} was not measured: ${(error as Error).message}`);
      }
    }
    rows.push({ ...model, installed, speed });
  }
  line.finish();
  if (session.json) session.printJson({ models: rows, advice, sources });
  else session.print(pageOf(rows, session).join("\n"));
  return exitCodes.success;
}

function pageOf(rows: readonly Row[], { colours }: Pick<Session, "colours">): string[] {
  const sections = [
    ["English", rows.filter(({ kind, languages }) => kind === "embedder" && languages === "English")],
    ["Many languages", rows.filter(({ kind, languages }) => kind === "embedder" && languages === "many")],
    ["Rerankers", rows.filter(({ kind }) => kind === "reranker")],
  ] as const;
  const width = Math.max(...advice.map(({ name }) => name.length));
  return [
    ...advice.map(({ name, when }) => `${colours.strong(name.padEnd(width))}  ${when}`),
    ...sections.flatMap(([title, members]) => [
      "",
      colours.strong(title),
      ...table([header, ...members.map(cells)], { align: "lrrrrl", indent: "  " }),
    ]),
    "",
    "quality: nDCG@10 × 100, published by others; figures of one table alone can be compared",
    `  English         ${sources.english}`,
    `  Many languages  ${sources.multilingual}; "en" is the English figure`,
    `  Rerankers       ${sources.reranking}`,
    "size: on this machine where it is here, else what 4 bytes per parameter come to (many are published with 2)",
    "speed: of those that are here, after --measure: long texts per second and a question; pairs per second of a reranker",
    "checked: weights = with the published weights; parts = small models with the same parts and random weights (docs/models.md)",
  ];
}

const header = ["name", "size", "dims", "quality", "speed here", "licence", "checked", ""];

function cells({
  name,
  parameters,
  dimensions,
  quality,
  speed,
  licence,
  isOpen,
  checked,
  installed,
  note,
  languages,
  kind,
}: Row): string[] {
  const { english, multilingual } = quality;
  const figure = languages === "many" && kind === "embedder" ? multilingual : english;
  const shown = figure === null ? (english === null ? "–" : `en ${english.toFixed(1)}`) : figure.toFixed(1);
  const most = parameters === null ? "–" : `≤ ${bytes(parameters * 4e6)}`;
  const size = installed ? bytes(installed.bytes) : most;
  const perSecond = speed === null ? "" : speed.perSecond < 10 ? speed.perSecond.toFixed(1) : grouped(speed.perSecond);
  const question = speed?.queryMilliseconds == null ? "" : `, ${Math.max(1, Math.round(speed.queryMilliseconds))} ms`;
  return [
    name,
    size,
    dimensions === null ? "–" : String(dimensions),
    shown,
    speed === null ? "" : `${perSecond}/s${question} ${speed.device.toUpperCase()}`,
    isOpen ? licence : `${licence}, not open`,
    typeof checked === "string" ? checked : "parts",
    [installed ? "here" : "", printable(note ?? "")].filter((part) => part !== "").join("; "),
  ];
}
