/**
 * The command tree: global options, the commands, and the first page of help, which has to fit a screen of 24 lines.
 *
 * Commands are cheap to make and import what they need when they run, so `ferris --help` does not load an engine.
 */
import { Command, type HelpContext } from "commander";
import { caller } from "./caller.ts";
import { askCommand } from "./commands/ask.ts";
import { compactCommand } from "./commands/compact.ts";
import { benchCommand } from "./commands/bench.ts";
import { browseCommand } from "./commands/browse.ts";
import { copyCommand } from "./commands/copy.ts";
import { completionCommand } from "./commands/completion.ts";
import { configCommand } from "./commands/config.ts";
import { dbCommand } from "./commands/db.ts";
import { jobsCommand } from "./commands/jobs.ts";
import { workerCommand } from "./commands/worker.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { embedCommand } from "./commands/embed.ts";
import { evalCommand } from "./commands/eval.ts";
import { getCommand } from "./commands/get.ts";
import { indexCommand } from "./commands/index.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { lsCommand } from "./commands/ls.ts";
import { mapCommand } from "./commands/map.ts";
import { mcpCommand } from "./commands/mcp.ts";
import { modelsCommand } from "./commands/models.ts";
import { pullCommand } from "./commands/pull.ts";
import { quantizeCommand } from "./commands/quantize.ts";
import { relatedCommand } from "./commands/related.ts";
import { rmCommand } from "./commands/rm.ts";
import { searchCommand } from "./commands/search.ts";
import { serveCommand } from "./commands/serve.ts";
import { statusCommand } from "./commands/status.ts";
import { stopCommand } from "./commands/stop.ts";
import { watchCommand } from "./commands/watch.ts";
import { Flag } from "./options.ts";
import { dashedWordHint } from "./hints.ts";
import { printable } from "./terminal/text.ts";
import { versionOfFerris } from "./version.ts";
import type { RunProgram } from "./warm/host.ts";

/** Options that stand before or after any command. Made anew for each program: an option remembers what it was given. */
function globalOptions(): readonly Flag[] {
  return [
    new Flag("--db <dir>", "folder of the index (default: the nearest .ferris, going up); search takes several"),
    new Flag("--store <url>", "PostgreSQL that holds the index, such as postgres://user@host/database"),
    new Flag("--index <name>", "one of several indexes there, such as one of another model"),
    new Flag("--json", "results, and errors, as JSON"),
    new Flag("-q, --quiet", "results and errors only"),
    new Flag("--no-color", "no colours (NO_COLOR and FORCE_COLOR are respected too)"),
  ];
}

export interface ProgramOptions {
  readonly json?: boolean;
  /** What will be parsed, for hints. */
  readonly line?: readonly string[];
  /** What a warm server runs its callers' command lines with. Without it, `serve` takes none. */
  readonly runProgram?: RunProgram;
}

/** A program that is only looked at: for its help, its completion. */
const noProgram = (): Promise<void> => Promise.reject(new Error("this program only describes its commands"));

/** Help that is asked for with a word that is not a command is about that word, not the first page. */
class Program extends Command {
  override outputHelp(context?: HelpContext | ((text: string) => string)): void {
    const word = this.args.find((each) => !each.startsWith("-") && each !== "help");
    // Parsed by itself it is refused as a command line of its own would be, with what it may have been meant for.
    if (word !== undefined) this.parse([word], { from: "user" });
    super.outputHelp(context as HelpContext);
  }
}

/** Everything that `ferris` understands. With `json`, what is wrong with the command line is thrown and not printed. */
export function makeProgram({ json = false, line = [], runProgram = noProgram }: ProgramOptions = {}): Command {
  const program = new Program("ferris")
    .version(versionOfFerris(), "-V, --version", "the version")
    .helpOption("-h, --help", "this help")
    .configureHelp({ showGlobalOptions: true, sortOptions: false })
    .configureOutput({
      writeOut: (text) => void caller().stdout.write(text),
      writeErr: (text) => void (json || caller().stderr.write(text)),
      outputError: (text, write) =>
        write(
          [text.replace(/^error: /, "ferris: ").trimEnd(), dashedWordHint(text, line) ?? ""]
            .flatMap((part) => (part === "" ? [] : part.split("\n")))
            .map((shown) => `${printable(shown)}\n`)
            .join(""),
        ),
    })
    .showHelpAfterError('(run "ferris --help" for usage)')
    .exitOverride();
  for (const option of globalOptions()) program.addOption(option);
  const commands = [
    indexCommand(),
    watchCommand(),
    searchCommand(),
    browseCommand(),
    askCommand(),
    getCommand(),
    relatedCommand(),
    mapCommand(),
    statusCommand(),
    lsCommand(),
    rmCommand(),
    compactCommand(),
    inspectCommand(),
    mcpCommand(),
    serveCommand(runProgram),
    stopCommand(),
    embedCommand(),
    modelsCommand(),
    pullCommand(),
    quantizeCommand(),
    evalCommand(),
    copyCommand(),
    workerCommand(),
    jobsCommand(),
    dbCommand(),
    doctorCommand(),
    benchCommand(),
    configCommand(),
    completionCommand(),
  ];
  for (const command of commands) {
    // Commander wraps it to the terminal.
    command.description(command.description().replace(/(?<!\n)\n(?!\n)/g, " "));
    program.addCommand(
      command
        .copyInheritedSettings(program)
        .showHelpAfterError(`(run "ferris ${command.name()} --help" for its options)`),
    );
  }
  return program.configureHelp({ ...program.configureHelp(), formatHelp: () => firstPage(commands) });
}

/** Commands that the first page only names: it has to fit a screen. */
const named = [
  "map",
  "inspect",
  "compact",
  "embed",
  "quantize",
  "eval",
  "bench",
  "copy",
  "worker",
  "jobs",
  "db",
  "config",
  "completion",
];

function firstPage(all: readonly Command[]): string {
  const commands = all.filter((command) => !named.includes(command.name()));
  const width = Math.max(...commands.map((command) => usage(command).length)) + 3;
  return [
    "ferris: search your own documents, by meaning and by words, on your own machine",
    "Usage: ferris COMMAND [options]   ferris COMMAND --help: its options and examples",
    ...commands.map((command) => `  ${usage(command).padEnd(width)}${command.summary()}`),
    `  More: ${named.slice(0, 7).join(", ")},`,
    `        ${named.slice(7).join(", ")}`,
    "All take: --db DIR | --store URL  --index NAME  --json  -q, --quiet  --no-color  -h, --help",
    'Start with: ferris index .   then: ferris search "what you want to know", or: ferris',
    "",
  ].join("\n");
}

function usage(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = argument.name().toUpperCase() + (argument.variadic ? "…" : "");
    return argument.required ? name : `[${name}]`;
  });
  return [command.name(), ...words].join(" ");
}
