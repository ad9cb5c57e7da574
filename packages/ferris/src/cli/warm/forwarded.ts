/**
 * Which command lines a warm server may run in place of this process: those whose cost is a model. Decided before anything is parsed, so
 * that this process need not load the parser; where the parser of the server sees it otherwise, the server declines.
 */

const commands = new Set(["search", "ask", "embed", "mcp", "related"]);
/** Options of every command that take a value; what follows them is not a command. */
const withValue = new Set(["--db", "--index", "--store"]);

export function isForwarded(args: readonly string[]): boolean {
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (withValue.has(word)) i++;
    else if (!word.startsWith("-")) return commands.has(word) && !asksForHelp(args);
  }
  return false;
}

/** Help needs no model. After `--` everything is words. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}
