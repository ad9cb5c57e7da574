/** The completion script for fish: one `complete` a command and option, each on the condition that the command stands there. */
import type { Flag, Value, Words } from "./words.ts";

export function fish(commands: readonly Words[], globals: readonly Flag[]): string {
  const skipped = globals.filter(({ value }) => value !== null).map(({ flag }) => flag);
  return [
    "# The command on the line, whatever stands before it.",
    "function __ferris_command",
    "  set -l words (commandline -opc)",
    "  set -e words[1]",
    "  set -l skip 0",
    "  for word in $words",
    "    if test $skip = 1",
    "      set skip 0",
    "      continue",
    "    end",
    "    switch $word",
    `      case ${skipped.join(" ")}`,
    "        set skip 1",
    "      case '-*'",
    "      case '*'",
    "        echo $word",
    "        return 0",
    "    end",
    "  end",
    "  return 1",
    "end",
    "function __ferris_is",
    "  test (__ferris_command; or echo) = $argv[1]",
    "end",
    ...globals.map((flag) => completeFlag("not __ferris_command >/dev/null", flag)),
    ...commands.map(({ name, summary }) =>
      complete("not __ferris_command >/dev/null", `-f -a ${name} -d ${quoted(summary)}`),
    ),
    ...commands.flatMap(({ name, flags, argument }) => [
      complete(`__ferris_is ${name}`, argumentOf(argument)),
      ...flags.map((flag) => completeFlag(`__ferris_is ${name}`, flag)),
    ]),
  ].join("\n");
}

function completeFlag(condition: string, { flag, short, description, value }: Flag): string {
  const names = `${short === undefined ? "" : `-s ${short.slice(1)} `}-l ${flag.slice(2)}`;
  return complete(condition, `${names} -d ${quoted(description)}${value === null ? "" : ` ${valueOf(value)}`}`);
}

function valueOf(value: Value): string {
  if (value === "files") return "-r -F";
  if (value === "folders") return "-x -a '(__fish_complete_directories)'";
  return value === "anything" ? "-x" : `-x -a ${quoted(value.join(" "))}`;
}

function argumentOf(argument: Value | null): string {
  if (argument === "files") return "-F";
  if (argument === "folders") return "-f -a '(__fish_complete_directories)'";
  return argument === null || argument === "anything" ? "-f" : `-f -a ${quoted(argument.join(" "))}`;
}

function complete(condition: string, rest: string): string {
  return `complete -c ferris -n ${quoted(condition)} ${rest}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}
