/**
 * ferris(1), the page of the manual, from the definitions that the parser reads, in roff's man macros.
 *
 * `npm run docs:cli` writes it to man/ferris.1, and a test compares.
 */
import type { Command, Option } from "commander";
import { settings } from "./config/settings.ts";
import { exitCodesByError } from "./exit-codes.ts";

/** @param version of ferris, for the foot of the page */
export function manualPage(program: Command, version: string): string {
  const lines = [
    `.TH FERRIS 1 "" "ferris ${version}" "User Commands"`,
    ".SH NAME",
    "ferris \\- search your own documents, by meaning and by words, on your own machine",
    ".SH SYNOPSIS",
    ".B ferris",
    "[\\fIoptions\\fR] \\fICOMMAND\\fR [\\fIarguments\\fR]",
    ".SH DESCRIPTION",
    ...prose(
      "Indexes folders of documents and searches them. The index is a folder, .ferris unless --db names another; the nearest one going up is used. " +
        "Nothing is sent anywhere but to a model hub, a language model or a server that you name.",
    ),
    ".SH OPTIONS OF EVERY COMMAND",
    ...optionLines(program.options),
    ".SH COMMANDS",
    ...program.commands.flatMap(commandLines),
    ".SH ENVIRONMENT",
    ...Object.values(settings).flatMap(({ variable, description }) => [
      ".TP",
      `.B ${escaped(variable)}`,
      ...prose(description),
    ]),
    ".SH EXIT STATUS",
    ...prose(
      "search, ask, get, ls and rm end as ripgrep does: 0 found, 1 nothing found, 2 any error. All other commands:",
    ),
    ".TP\n.B 0\nDone.",
    ...byStatus().flatMap(([status, codes]) => [".TP", `.B ${status}`, ...prose(codes.join(", "))]),
    ".SH SEE ALSO",
    ...prose("ferris COMMAND --help says more of each command, with examples."),
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: Command): string[] {
  const usage = command.usage().replace("[options]", "").trim();
  return [
    `.SS ferris ${escaped([command.name(), usage].filter((part) => part !== "").join(" "))}`,
    ...command
      .description()
      .split(/\n\n+/)
      .flatMap((part, index) => [...(index === 0 ? [] : [".PP"]), ...prose(part)]),
    ...optionLines(command.options),
  ];
}

function optionLines(options: readonly Option[]): string[] {
  return options.flatMap(({ flags, description }) => [".TP", `.B ${escaped(flags)}`, ...prose(description)]);
}

/** The errors behind each exit code. */
function byStatus(): [number, string[]][] {
  const found = new Map<number, string[]>();
  for (const [code, status] of Object.entries(exitCodesByError))
    found.set(status, [...(found.get(status) ?? []), code]);
  return [...found].toSorted(([a], [b]) => a - b);
}

/** One line per sentence or so, so that no line of the page is taken for a request. */
function prose(text: string): string[] {
  return text.split("\n").map((line) => escaped(line.trim()));
}

function escaped(text: string): string {
  const plain = text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}
