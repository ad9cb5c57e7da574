/** What a shell has to know of the command tree, in plain words: commands, their options, and what may stand for a value. */
import type { Command, Option } from "commander";
import { type Values, valuesOf, placeholderValues } from "../options.ts";

/** What completes where a value stands. */
export type Value = readonly string[] | "files" | "folders" | "anything";

/** One option. */
export interface Flag {
  readonly flag: string;
  readonly short: string | undefined;
  readonly description: string;
  /** Null where it takes none, or may go without. */
  readonly value: Value | null;
  readonly isRepeated: boolean;
}

/** One command. */
export interface Words {
  readonly name: string;
  readonly summary: string;
  /** Global ones included. */
  readonly flags: readonly Flag[];
  /** What its arguments are; null where it takes none. */
  readonly argument: Value | null;
}

/** The commands of a program. `shells` are the values of `completion`, `types` the document types. */
export function wordsOf(program: Command, shells: readonly string[], types: readonly string[]): Words[] {
  return program.commands.map((command) => {
    const [argument] = command.registeredArguments;
    return {
      name: command.name(),
      summary: command.summary(),
      flags: [...command.options, ...program.options]
        .filter((option) => option.long && option.long !== "--version")
        .map((option) => flagOf(option, types)),
      argument: !argument
        ? null
        : argument.name() === "shell"
          ? shells
          : known(placeholderValues(argument.name()), types),
    };
  });
}

/** The options that stand before a command. */
export function globalFlags(program: Command): Flag[] {
  return program.options.map((option) => flagOf(option, []));
}

function flagOf(option: Option, types: readonly string[]): Flag {
  return {
    flag: option.long!,
    short: option.short,
    description: option.description,
    value: option.required ? known(valuesOf(option), types) : null,
    isRepeated: "isRepeated" in option && option.isRepeated === true,
  };
}

function known(values: Values, types: readonly string[]): Value {
  return values === "types" ? types : values;
}
