/**
 * The options of every command as tables in Markdown, for docs/cli.md: from the same definitions that the parser reads.
 *
 * `npm run docs:cli` writes them there between its markers, and a test compares.
 */
import { Command, type Option } from "commander";
import { withModelOptions } from "./commands/shared-options.ts";
import { Flag } from "./options.ts";

export const referenceMarkers = ["<!-- options: begin -->", "<!-- options: end -->"] as const;

/** The page with the tables between its markers replaced. */
export function withReference(page: string, program: Command): string {
  const [begin, end] = referenceMarkers.map((marker) => page.indexOf(marker));
  if (begin! < 0 || end! < begin!) throw new Error(`no ${referenceMarkers.join(" … ")} in the page`);
  return `${page.slice(0, begin! + referenceMarkers[0].length)}\n\n${reference(program)}\n\n${page.slice(end)}`;
}

function reference(program: Command): string {
  const shared = withModelOptions(new Command()).options;
  const isShared = (option: Option): boolean =>
    shared.some(({ flags, description }) => flags === option.flags && description === option.description);
  const loading = program.commands.filter(({ options }) =>
    shared.every((one) => options.some(({ flags }) => flags === one.flags)),
  );
  const own = program.commands.map(
    (command) => [command.name(), command.options.filter((option) => !isShared(option))] as const,
  );
  return [
    section(
      "every command",
      program.options.filter(({ long }) => long !== "--version"),
    ),
    section(loading.map((command) => `\`${command.name()}\``).join(", "), shared),
    ...own.filter(([, options]) => options.length > 0).map(([name, options]) => section(`\`${name}\``, options)),
  ].join("\n\n");
}

function section(title: string, options: readonly Option[]): string {
  const rows = options.map((option) =>
    [`\`${option.flags}\``, meaning(option)].map((cell) => cell.replaceAll("|", "\\|")),
  );
  const [names, meanings] = [0, 1].map((column) =>
    Math.max(...rows.map((row) => row[column]!.length), column === 0 ? title.length : 4),
  );
  const line = ([name, text]: readonly string[]): string => `| ${name!.padEnd(names!)} | ${text!.padEnd(meanings!)} |`;
  return [line([title, "does"]), `| ${"-".repeat(names!)} | ${"-".repeat(meanings!)} |`, ...rows.map(line)].join("\n");
}

/** The description, with the values that it does not name already. */
function meaning(option: Option): string {
  const { description } = option;
  if (!(option instanceof Flag) || typeof option.values === "string") return description;
  const unnamed = option.values.filter((value) => !description.includes(value));
  return unnamed.length === 0 ? description : `${description}: ${option.values.join(", ")}`;
}
