/**
 * `ferris completion SHELL`: a script that teaches bash, zsh or fish the commands, their options, and the values of those.
 *
 * Written from the command tree, where each option is defined once with its values, so that it cannot fall behind it.
 */
import { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { bash } from "../completion/bash.ts";
import { fish } from "../completion/fish.ts";
import { type Flag, globalFlags, type Words, wordsOf } from "../completion/words.ts";
import { zsh } from "../completion/zsh.ts";
import { runs } from "../run.ts";
import { withExamples } from "./shared-options.ts";

const shells: Readonly<Record<string, (commands: readonly Words[], globals: readonly Flag[]) => string>> = {
  bash,
  zsh,
  fish,
};

export function completionCommand(): Command {
  const command = new Command("completion")
    .summary("a script that completes commands and options in your shell")
    .description("Prints a completion script for bash, zsh or fish, made from the commands of this version.")
    .argument("<shell>", "bash, zsh or fish");
  withExamples(command, [
    ['eval "$(ferris completion bash)"', "in ~/.bashrc"],
    ['eval "$(ferris completion zsh)"', "in ~/.zshrc, after compinit"],
    ["ferris completion fish > ~/.config/fish/completions/ferris.fish", "once"],
  ]);
  return runs(command, async (session, [shell]) => {
    const write = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
    if (!write) throw new UsageError(`unsupported shell "${String(shell)}": it must be bash, zsh or fish`);
    const { parsers } = await import("../../documents/parsers/index.ts");
    const types = parsers.map(({ type }) => type);
    const program = command.parent!;
    session.print(write(wordsOf(program, Object.keys(shells), types), globalFlags(program)));
    return exitCodes.success;
  });
}
