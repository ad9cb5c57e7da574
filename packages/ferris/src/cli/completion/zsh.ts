/**
 * The completion script for zsh, by its `_arguments`: once for what stands before the command, once for each command.
 *
 * Two quotations lie in each other: what `_arguments` reads in a specification (brackets, colons, backslashes), and around the whole
 * the shell's own single quotes. Each is done once, the inner one first.
 */
import type { Flag, Value, Words } from "./words.ts";

export function zsh(commands: readonly Words[], globals: readonly Flag[]): string {
  const cases = commands.map(({ name, flags, argument }) => {
    const specifications = [...flags.flatMap(flagSpecifications), ...argumentSpecification(argument)];
    return `        ${name}) _arguments -S ${specifications.join(" ")} ;;`;
  });
  return [
    "#compdef ferris",
    "_ferris() {",
    '  local curcontext="$curcontext" state line',
    "  typeset -A opt_args",
    `  _arguments -C ${globals.flatMap(flagSpecifications).join(" ")} '1:command:->command' '*::argument:->argument'`,
    "  case $state in",
    "    command)",
    "      local -a commands=(",
    ...commands.map(({ name, summary }) => `        ${quoted(`${name}:${escaped(summary)}`)}`),
    "      )",
    "      _describe -t commands command commands ;;",
    "    argument)",
    "      case $words[1] in",
    ...cases,
    "      esac ;;",
    "  esac",
    "}",
    // As a file in $fpath it is called by its name; by `eval` it has to say what it is for.
    'if [ "$funcstack[1]" = _ferris ]; then _ferris "$@"; else compdef _ferris ferris; fi',
  ].join("\n");
}

/** `(-k --limit)--limit=[most results]:value:` and the same for the short flag. */
function flagSpecifications({ flag, short, description, value, isRepeated }: Flag): string[] {
  const names = short === undefined ? [flag] : [short, flag];
  const alone = isRepeated ? "*" : names.length > 1 ? `(${names.join(" ")})` : "";
  return names.map((name) => {
    const takes = value === null ? "" : `:value:${action(value)}`;
    const joined = value !== null && name.startsWith("--") ? "=" : "";
    return quoted(`${alone}${name}${joined}[${escaped(description)}]${takes}`);
  });
}

function argumentSpecification(argument: Value | null): string[] {
  return argument === null ? [] : [quoted(`*:argument:${action(argument)}`)];
}

/** What `_arguments` does where a value is wanted; a blank says that nothing is known. */
function action(value: Value): string {
  if (value === "files") return "_files";
  if (value === "folders") return "_files -/";
  return value === "anything" ? " " : `(${value.map(escaped).join(" ")})`;
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\()$`]/g, String.raw`\$&`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
