/**
 * Options that several commands share, so that they read the same everywhere, and the examples below each command's help.
 *
 * Values of settings are checked by config/settings.ts, filters by search/filter.ts.
 */
import type { Command } from "commander";
import type { DocumentFilter } from "../../store/store.ts";

/** Gathers an option that may be given several times. */
export function repeated(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** --model, --device, --dtype, --allow-software-adapter. */
export function withModelOptions(command: Command): Command {
  return command
    .option("-m, --model <id>", "Hugging Face id or folder of the embedding model")
    .option("-d, --device <name>", "auto, gpu or cpu; gpu never falls back to the CPU")
    .option("--dtype <name>", "auto, f32 or f16")
    .option("--allow-software-adapter", "let a GPU emulated on the CPU count as a GPU");
}

/** What `--type` parses to. */
export interface TypeOption {
  readonly type?: readonly string[];
}

/** What the options of `withFilterOptions` parse to. */
export interface FilterOptions extends TypeOption {
  readonly path?: readonly string[];
  readonly since?: string;
}

/** --path, --type, --since. */
export function withFilterOptions(command: Command): Command {
  return command
    .option("--path <glob>", "only documents whose path, or a tail of it, matches (may be repeated)", repeated)
    .option("--type <name>", "only documents of this type, such as markdown (may be repeated)", repeated)
    .option("--since <when>", "only documents changed since: 2026-01-31, or an age as 12h, 7d, 4w, 1y");
}

/** The store's filter for these options; checks them. */
export async function documentFilter({ path, type, since }: FilterOptions): Promise<DocumentFilter | undefined> {
  const { makeFilter } = await import("../../search/filter.ts");
  return makeFilter({ paths: path, types: type, since });
}

/** The examples below a command's options: command line and what it does, in pairs. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [line: string, meaning: string])[],
): Command {
  const lines = examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}
