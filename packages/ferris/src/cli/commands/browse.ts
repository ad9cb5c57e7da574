/**
 * `ferris browse`, and `ferris` alone on a terminal: type and see results, arrows choose, Enter opens in the editor at the line.
 */
import { Command } from "commander";
import spawn from "cross-spawn";
import { UsageError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type EditorCommand, editorCommand, openerCommand } from "../interactive/editor.ts";
import { lineToOpen } from "../interactive/frame.ts";
import type { Found } from "../interactive/live-search.ts";
import { openIndexes } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import {
  documentFilter,
  type FilterOptions,
  withExamples,
  withFilterOptions,
  withModelOptions,
} from "./shared-options.ts";

/** The other screen of a terminal, which leaves what was there before as it was. */
const screen = { enter: "\u001b[?1049h\u001b[2J\u001b[H", leave: "\u001b[?25h\u001b[?1049l" };

export function browseCommand(): Command {
  const command = new Command("browse")
    .summary("type and see results; what ferris alone does on a terminal")
    .description(
      "Shows results while you type. The arrows choose one, Enter opens it in $VISUAL or $EDITOR at its line, Tab changes between\n" +
        "meaning and words, Esc or Ctrl-C leaves. Needs a terminal.",
    )
    .argument("[query...]", "what to begin with");
  command
    .addOption(new Flag("-k, --limit <n>", "most results (default: 10)"))
    .addOption(new Flag("--mode <name>", "hybrid, vector (by meaning) or text (by words)"));
  withFilterOptions(command);
  withModelOptions(command);
  withExamples(command, [
    ["ferris", "the same, over the nearest index"],
    ["EDITOR='code -w' ferris browse rotate", "begins with a word, and opens in Visual Studio Code"],
    ["ferris browse --db ~/notes/.ferris --db ~/work/.ferris", "over two indexes"],
  ]);
  return runs(
    command,
    (session, [words], options) => browse(session, (words as string[]).join(" "), options as FilterOptions),
    { errorsAre2: true, takesSeveralIndexes: true },
  );
}

async function browse(session: Session, query: string, options: FilterOptions): Promise<number> {
  if (session.json || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UsageError("browsing needs a terminal for input and output: use search instead");
  }
  const { mode, limit } = session.settings.values;
  const filter = await documentFilter(options);
  const signal = session.interruptible("stopping");
  const [{ LiveSearch }, { choose, redraw }] = await Promise.all([
    import("../interactive/live-search.ts"),
    import("../interactive/prompt.ts"),
  ]);
  // The screen is the prompt's: what a model has to say is said when it has left.
  const notices: string[] = [];
  const opened = await openIndexes(session, { onNotice: (line) => notices.push(line) });
  try {
    // Said before the screen is taken: an index that is not there, or cannot be read.
    for (const { ferris } of opened) await ferris.statistics();
    const live = new LiveSearch(opened, { mode, limit, filter }, redraw);
    const restore = (): void => void process.stdout.write(screen.leave);
    process.once("exit", restore);
    try {
      live.warmUp();
      live.type(query);
      let [input, chosen] = [query, 0];
      for (;;) {
        process.stdout.write(screen.enter);
        const prompt = { colours: session.colours, input, chosen, named: opened.length > 1, signal };
        const choice = await choose(live, prompt);
        restore();
        if (choice === null) break;
        ({ input, chosen } = choice);
        const command = commandFor(choice.found);
        if (command === null) {
          session.print(`${choice.found.result.path}:${lineToOpen(choice.found)}`);
          session.inform("set $VISUAL or $EDITOR to have it opened");
          break;
        }
        await run(command);
      }
    } finally {
      process.off("exit", restore);
      await live.close();
    }
    for (const notice of new Set(notices)) session.inform(notice);
    signal.throwIfAborted();
    return exitCodes.success;
  } finally {
    await Promise.all(opened.map(({ ferris }) => ferris.close()));
  }
}

/** Null where the user has no editor. Formats without lines are opened by the system. */
function commandFor(found: Found): EditorCommand | null {
  const { path, lineBasis } = found.result;
  return lineBasis === "file" ? editorCommand(process.env, path, lineToOpen(found)) : openerCommand(path);
}

/** Waits for an editor that has the terminal; one with a window of its own returns at once. */
function run({ program, args }: EditorCommand): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: "inherit" });
    child.on("error", (error: Error) =>
      reject(new UsageError(`${program} cannot be started: ${error.message}`, { cause: error })),
    );
    child.on("close", () => resolve());
  });
}
