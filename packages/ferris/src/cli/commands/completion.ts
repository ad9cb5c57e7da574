/**
 * `ferris completion SHELL`: a script that teaches bash, zsh or fish the commands, their options, and the values of those.
 *
 * Written from the command tree, so that it cannot fall behind it: what a value is follows from its placeholder, such as <dir>.
 */
import { Command, type Option } from "commander";
import { exitCodes, UsageError } from "../../errors.ts";
import { settings } from "../config/settings.ts";
import { runs } from "../run.ts";
import { withExamples } from "./shared-options.ts";

/** What completes where a value stands: these words, something on the disk, or nothing that a shell could know. */
type Value = readonly string[] | "files" | "folders" | "anything";

/** What a shell has to know of one option. */
interface Flag {
  readonly flag: string;
  readonly short: string | undefined;
  readonly description: string;
  /** Null where it takes none, or may go without. */
  readonly value: Value | null;
}

/** What a shell has to know of one command. */
interface Words {
  readonly name: string;
  readonly summary: string;
  /** Global ones included. */
  readonly flags: readonly Flag[];
  /** What its arguments are; null where it takes none. */
  readonly argument: Value | null;
}

const shells: Readonly<Record<string, (commands: readonly Words[]) => string>> = { bash, zsh, fish };

/** Values that no setting lists, by command and option. */
const formats: Readonly<Record<string, readonly string[]>> = {
  search: ["cards", "csv", "md", "files"],
  embed: ["jsonl", "npy"],
};
const devices = ["gpu", "cpu", "gpu,cpu"];

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
    const { parsers } = await import("../../documents/parsers/index.ts");
    const types = parsers.map(({ type }) => type);
    session.print(write(wordsOf(command.parent!, types)));
    return exitCodes.success;
  });
}

function wordsOf(program: Command, types: readonly string[]): Words[] {
  return program.commands.map((command) => {
    const name = command.name();
    const [argument] = command.registeredArguments;
    return {
      name,
      summary: command.summary(),
      flags: [...command.options, ...program.options]
        .filter((option) => option.long && option.long !== "--version")
        .map((option) => ({
          flag: option.long!,
          short: option.short,
          description: option.description,
          value: option.required ? valueOf(option, name, types) : null,
        })),
      argument: !argument
        ? null
        : argument.name() === "shell"
          ? Object.keys(shells)
          : placeholderValue(argument.name()),
    };
  });
}

function valueOf(option: Option, command: string, types: readonly string[]): Value {
  const name = option.attributeName();
  if (name === "type") return types;
  if (name === "devices") return devices;
  if (name === "format") return formats[command] ?? "anything";
  const choices = name in settings ? settings[name as keyof typeof settings].choices : undefined;
  // The model is an id or a folder: the folder is what a shell can know.
  return choices ?? (name === "model" ? "folders" : placeholderValue(/<(.+)>/.exec(option.flags)?.[1] ?? ""));
}

function placeholderValue(name: string): Value {
  if (name === "dir" || name === "model") return "folders";
  return ["path", "file", "glob", "questions"].includes(name) ? "files" : "anything";
}

/**
 * Files are left to bash itself (`-o default` with no words of ours), which knows about quotes and `~`; `compopt` turns that off
 * where no file belongs. The bash of macOS has no `compopt` and offers files there too.
 *
 * `--mode=v` arrives as three words, since `=` divides words unless COMP_WORDBREAKS was changed; then it arrives as one.
 */
function bash(commands: readonly Words[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const globals = ["--db", "--index"].join("|");
  const cases = commands.flatMap(({ name, flags, argument }) => [
    `    ${name})`,
    `      flags="${flags.map(({ flag }) => flag).join(" ")} --help"`,
    // Where nothing can be known of the argument, the options are what helps.
    `      argument="${argument === null || argument === "anything" ? "@flags" : bashValue(argument)}"`,
    `      case "$previous" in`,
    ...flags.flatMap(({ flag, short, value }) =>
      value === null ? [] : `        ${short ? `${short}|` : ""}${flag}) value="${bashValue(value)}" ;;`,
    ),
    "      esac ;;",
  ]);
  return [
    "_ferris() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"',
    '  local command="" prefix="" flags="" argument="" value="" i',
    '  case "$current" in',
    '    =) current="" ;;',
    '    --*=*) previous="${current%%=*}"; prefix="$previous="; current="${current#*=}" ;;',
    '    *) if [ "$previous" = "=" ]; then previous="${COMP_WORDS[COMP_CWORD-2]}"; fi ;;',
    "  esac",
    "  for ((i = 1; i < COMP_CWORD; i++)); do",
    '    case "${COMP_WORDS[i]}" in',
    `      ${globals}) if [ "\${COMP_WORDS[i+1]}" = "=" ]; then i=$((i + 2)); else i=$((i + 1)); fi ;;`,
    "      -*) ;;",
    '      *) command="${COMP_WORDS[i]}"; break ;;',
    "    esac",
    "  done",
    '  case "$command" in',
    '    "")',
    '      flags="--db --index --json --quiet --no-color --help --version"',
    `      argument="${names} --help --version"`,
    '      case "$previous" in',
    '        --db) value="@folders" ;;',
    '        --index) value="@anything" ;;',
    "      esac ;;",
    ...cases,
    "  esac",
    '  if [ -z "$value" ]; then case "$current" in -*) value="@flags" ;; *) value="$argument" ;; esac; fi',
    '  if [ "$value" = "@flags" ]; then value="$flags"; fi',
    "  COMPREPLY=()",
    '  case "$value" in',
    '    ""|@files) ;;',
    "    @folders) compopt +o default -o dirnames 2>/dev/null ;;",
    "    @anything) compopt +o default 2>/dev/null ;;",
    "    *)",
    "      compopt +o default 2>/dev/null",
    '      COMPREPLY=($(compgen -P "$prefix" -W "$value" -- "$current")) ;;',
    "  esac",
    "}",
    "complete -o default -F _ferris ferris",
  ].join("\n");
}

function bashValue(value: Value): string {
  return typeof value === "string" ? `@${value}` : value.join(" ");
}

function zsh(commands: readonly Words[]): string {
  const cases = commands.map(({ name, flags }) => {
    const specs = flags.map(({ flag, description, value }) => {
      const values = hasChoices(value) ? `:value:(${value.join(" ")})` : "";
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
      ...flags.map(({ flag, description, value }) => {
        const values = hasChoices(value) ? ` -x -a '${value.join(" ")}'` : "";
        const when = `-n "__fish_seen_subcommand_from ${name}"`;
        return `complete -c ferris ${when} -l ${flag.slice(2)} -d '${fishQuoted(description)}'${values}`;
      }),
    ])
    .join("\n");
}

function hasChoices(value: Value | null): value is readonly string[] {
  return Array.isArray(value);
}

function zshQuoted(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:\\]/g, String.raw`\$&`);
}

function fishQuoted(text: string): string {
  return text.replace(/[\\']/g, String.raw`\$&`);
}
