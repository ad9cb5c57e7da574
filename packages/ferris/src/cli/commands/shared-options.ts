/**
 * Options that several commands share, so that they read the same everywhere. Values are checked by config/settings.ts.
 */
import type { Command } from "commander";

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

/** The examples below a command's options: command line and what it does, in pairs. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [line: string, meaning: string])[],
): Command {
  const lines = examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}
