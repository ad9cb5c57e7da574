/**
 * `ferris completion SHELL`: a script that teaches bash, zsh or fish the commands and their options.
 *
 * Written from the command tree, so that it cannot fall behind it. Option values and paths complete as files.
 */
import { Command } from "commander";
import { exitCodes, UsageError } from "../../errors.ts";
import { settings } from "../config/settings.ts";
import { runs } from "../run.ts";
import { withExamples } from "./shared-options.ts";

/** What a shell has to know of one command. */
interface Words {
  readonly name: string;
  readonly summary: string;
  /** Long flags, global ones included. */
  readonly flags: readonly {
    readonly flag: string;
    readonly description: string;
    readonly choices: readonly string[];
  }[];
}

const shells: Readonly<Record<string, (commands: readonly Words[]) => string>> = { bash, zsh, fish };

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
    const write = shells[shell];
    if (!write) throw new UsageError(`"${String(shell)}" is no shell with completion: it must be bash, zsh or fish`);
    session.print(write(wordsOf(command.parent!)));
    return exitCodes.success;
  });
}

function wordsOf(program: Command): Words[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    flags: [...command.options, ...program.options]
      .filter((option) => option.long !== undefined && option.long !== null)
      .map((option) => ({
        flag: option.long!,
        description: option.description,
        choices: choicesOf(option.attributeName()),
      })),
  }));
}

function choicesOf(name: string): readonly string[] {
  return name in settings ? (settings[name as keyof typeof settings].choices ?? []) : [];
}

function bash(commands: readonly Words[]): string {
  const cases = commands.flatMap(({ name, flags }) => [
    `    ${name})`,
    `      case "$previous" in`,
    ...flags.filter(hasChoices).map(({ flag, choices }) => `        ${flag}) words="${choices.join(" ")}" ;;`),
    `        *) words="${flags.map(({ flag }) => flag).join(" ")} --help" ;;`,
    "      esac ;;",
  ]);
  return [
    "_ferris() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${commands.map(({ name }) => name).join(" ")} --help --version"`,
    '  else case "${COMP_WORDS[1]}" in',
    ...cases,
    "  esac; fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "complete -o default -F _ferris ferris",
  ].join("\n");
}

function zsh(commands: readonly Words[]): string {
  const cases = commands.map(({ name, flags }) => {
    const specs = flags.map(({ flag, description, choices }) => {
      const values = choices.length > 0 ? `:value:(${choices.join(" ")})` : "";
      return `'${flag}[${zshQuoted(description)}]${values}'`;
    });
    return `    ${name}) _arguments ${[...specs, "'*:file:_files'"].join(" ")} ;;`;
  });
  return [
    "#compdef ferris",
    "_ferris() {",
    "  if (( CURRENT == 2 )); then",
    `    local -a commands=(${commands.map(({ name, summary }) => `'${name}:${zshQuoted(summary)}'`).join(" ")})`,
    "    _describe command commands",
    "    return",
    "  fi",
    '  local command="${words[2]}"',
    "  shift words; (( CURRENT-- ))",
    '  case "$command" in',
    ...cases,
    "  esac",
    "}",
    "compdef _ferris ferris",
  ].join("\n");
}

function fish(commands: readonly Words[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  return commands
    .flatMap(({ name, summary, flags }) => [
      `complete -c ferris -n "not __fish_seen_subcommand_from ${names}" -f -a ${name} -d '${fishQuoted(summary)}'`,
      ...flags.map(({ flag, description, choices }) => {
        const values = choices.length > 0 ? ` -x -a '${choices.join(" ")}'` : "";
        const when = `-n "__fish_seen_subcommand_from ${name}"`;
        return `complete -c ferris ${when} -l ${flag.slice(2)} -d '${fishQuoted(description)}'${values}`;
      }),
    ])
    .join("\n");
}

function hasChoices({ choices }: { choices: readonly string[] }): boolean {
  return choices.length > 0;
}

function zshQuoted(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:\\]/g, String.raw`\$&`);
}

function fishQuoted(text: string): string {
  return text.replace(/[\\']/g, String.raw`\$&`);
}
