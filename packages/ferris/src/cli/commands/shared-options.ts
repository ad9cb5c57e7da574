/**
 * Options that several commands share, so that they read the same everywhere, and the examples below each command's help.
 *
 * Values of settings are checked by config/settings.ts, filters by search/filter.ts.
 */
import type { Command } from "commander";
import { Flag } from "../options.ts";
import { UsageError } from "../../errors.ts";
import type { Session } from "../session.ts";
import type { SearchMode } from "../../search/result.ts";
import type { DocumentFilter } from "../../store/store.ts";

/** --model, --device, --dtype, --allow-software-adapter. */
export function withModelOptions(command: Command): Command {
  return command
    .addOption(new Flag("-m, --model <id>", "the embedding model: Hugging Face id, folder, or a name of ferris models"))
    .addOption(new Flag("-d, --device <name>", "auto, gpu or cpu; gpu never falls back to the CPU"))
    .addOption(new Flag("--dtype <name>", "auto, f32 or f16"))
    .addOption(new Flag("--allow-software-adapter", "let a GPU emulated on the CPU count as a GPU"));
}

/** --devices, for commands that embed much. */
export function devicesOption(): Flag {
  return new Flag(
    "--devices <list>",
    "several devices at once, a process on each: all (GPUs), cpu, or GPUs such as 0,1",
    {
      values: ["all", "cpu"],
    },
  );
}

/** The forms that results are printed in. */
export const formats = ["cards", "lines", "csv", "md", "files"];

/** The number that a flag was given. @throws UsageError for anything else, or a number out of its range */
export function optionalNumber(
  flag: string,
  given: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() !== "" && value >= least && value <= most) return value;
  throw new UsageError(`${flag} is "${given}": it must be a number from ${least} to ${most}`);
}

/** What `--type` parses to. */
export interface TypeOption {
  readonly type?: readonly string[];
}

/** What the options of `withFilterOptions` parse to. */
export interface FilterOptions extends TypeOption {
  readonly path?: readonly string[];
  readonly exclude?: readonly string[];
  readonly since?: string;
}

/** --path, --exclude, --type, --since. */
export function withFilterOptions(command: Command): Command {
  return command
    .addOption(new Flag("--path <glob>", "only documents whose path, or a tail of it, matches", { repeated: true }))
    .addOption(new Flag("--exclude <glob>", "not documents whose path, or a tail of it, matches", { repeated: true }))
    .addOption(
      new Flag("--type <name>", "only documents of this type, such as markdown", { values: "types", repeated: true }),
    )
    .addOption(new Flag("--since <when>", "only documents changed since: 2026-01-31, or an age as 12h, 7d, 4w, 1y"));
}

/** What the options of `withRerankOptions` parse to. */
export interface RerankOptions {
  readonly rerank?: boolean;
  readonly reranker?: string;
}

/** --rerank, --no-rerank, --reranker. Two, because an option that may go without its value would take the question for it. */
export function withRerankOptions(command: Command): Command {
  return command
    .addOption(new Flag("--rerank", "read the best 50 again with a cross-encoder, which decides their order"))
    .addOption(new Flag("--no-rerank", "do not rerank, whatever the settings say"))
    .addOption(new Flag("--reranker <model>", "the cross-encoder; implies --rerank", { values: "folders" }));
}

/** Whether and with which model to rerank; null: with none. A model named on the command line is meant to be used. */
export async function rerankerFor(
  session: Session,
  { reranker: flagged }: RerankOptions,
  question: string,
): Promise<{ readonly model: string | null } | null> {
  const { values, origins } = session.settings;
  const { rerank, reranker } = values;
  const isNamed = flagged !== undefined && origins.rerank.kind !== "flag";
  if (isNamed || rerank === "on") return { model: reranker };
  if (rerank === "off") return null;
  if (rerank !== "auto") return { model: rerank };
  const { automaticReranker } = await import("../../choosing/reranker.ts");
  const model = await automaticReranker(question, reranker);
  return model === null ? null : { model };
}

/** The same for one question, left to `auto` only where nobody is surprised by it. */
export async function rerankerForQuestion(
  session: Session,
  options: RerankOptions & { readonly minScore?: string | number | undefined },
  question: string,
  mode: SearchMode = session.settings.values.mode,
): Promise<{ readonly model: string | null } | null> {
  const { rerank } = session.settings.values;
  // What costs a model where none was wanted, or changes what a least score means, nobody gets unasked.
  if (rerank === "auto" && (mode === "text" || options.minScore !== undefined)) return null;
  return rerankerFor(session, options, question);
}

/** The store's filter for these options; checks them. */
export async function documentFilter({
  path,
  exclude,
  type,
  since,
}: FilterOptions): Promise<DocumentFilter | undefined> {
  const { makeFilter } = await import("../../search/filter.ts");
  return makeFilter({ paths: path, exclude, types: type, since });
}

/** The examples below a command's options: command line and what it does, in pairs. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [line: string, meaning: string])[],
): Command {
  const lines = examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}
