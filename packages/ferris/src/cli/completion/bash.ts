/** The completion script for bash. */
import type { Flag, Value, Words } from "./words.ts";

/**
 * Files are left to bash itself (`-o default` with no words of ours), which knows about quotes and `~`; `compopt` turns that off
 * where no file belongs. The bash of macOS has no `compopt` and offers files there too.
 *
 * `--mode=v` arrives as three words, since `=` divides words unless COMP_WORDBREAKS was changed; then it arrives as one.
 */
export function bash(commands: readonly Words[], globals: readonly Flag[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const withValue = globals.filter(({ value }) => value !== null);
  const globalNames = [...globals.map(({ flag }) => flag), "--help"].join(" ");
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
    `      ${withValue.map(({ flag }) => flag).join("|")}) if [ "\${COMP_WORDS[i+1]}" = "=" ]; then i=$((i + 2)); else i=$((i + 1)); fi ;;`,
    "      -*) ;;",
    '      *) command="${COMP_WORDS[i]}"; break ;;',
    "    esac",
    "  done",
    '  case "$command" in',
    '    "")',
    `      flags="${globalNames}"`,
    `      argument="${names} --help --version"`,
    '      case "$previous" in',
    ...withValue.map(({ flag, value }) => `        ${flag}) value="${bashValue(value!)}" ;;`),
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
