/**
 * What a running command has at hand: its settings, where to print, how to be interrupted.
 *
 * Results go to stdout and everything else to stderr, so that a pipe carries results alone. `--quiet` leaves results and errors;
 * `--json` makes results JSON. Writing here survives a reader that closes the pipe (see `pipe.ts`).
 */
import { caller } from "./caller.ts";
import { type ResolvedSettings, resolveSettings } from "./config/resolve.ts";
import type { InterruptLimits } from "./terminal/interrupt.ts";
import { palette, type Palette, wantsColour, wantsLinks } from "./terminal/colour.ts";
import { Progress } from "./terminal/progress.ts";
import { printable } from "./terminal/text.ts";

export interface Session {
  readonly settings: ResolvedSettings;
  /** What --db was given, in order, for commands that take several. */
  readonly databases: readonly string[];
  readonly json: boolean;
  readonly quiet: boolean;
  /** Styles for stdout. */
  readonly colours: Palette;
  /** Whether stdout takes OSC 8 links. */
  readonly links: boolean;
  /** Columns of the terminal on stdout; infinite where stdout is not a terminal. */
  readonly columns: number;
  /** Writes a line to stdout. */
  print(line: string): void;
  /** Writes a value to stdout as one line of JSON. */
  printJson(value: unknown): void;
  /** Writes to stdout and waits while its buffer is full: for output without bound. */
  write(data: string | Uint8Array): Promise<void>;
  /** Writes lines to stderr unless `--quiet`, made harmless; with `--json` as `{"notice": …}`. */
  inform(line: string): void;
  /** Writes a warning to stderr unless `--quiet`, made harmless; with `--json` as `{"warning": …}`. */
  warn(line: string): void;
  /** A progress line on stderr; silent with `--quiet` or `--json`. What is left of it is removed when the command ends. */
  progress(): Progress;
  /** Removes whatever progress line stands. */
  endProgress(): void;
  /**
   * Makes Ctrl-C abort the returned signal instead of ending the process; `message` is said then. With `mostSeconds` the process ends after
   * these at the latest.
   */
  interruptible(message: string, limits?: InterruptLimits): AbortSignal;
}

/** Beside each time in milliseconds since 1970 the same in ISO 8601: `modifiedTime` and `modifiedTimeIso`. */
function withIsoTimes(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const times = Object.entries(value).filter(
    (entry): entry is [string, number] => entry[0].endsWith("Time") && typeof entry[1] === "number" && entry[1] > 1e11,
  );
  if (times.length === 0) return value;
  return { ...value, ...Object.fromEntries(times.map(([name, time]) => [`${name}Iso`, new Date(time).toISOString()])) };
}

/** The version of the shape of JSON results: a field that goes, or means something else, is a new one. */
export const jsonVersion = 1;

/** A session for a command with these parsed options (its own and the global ones). */
export function openSession(
  options: Readonly<Record<string, unknown>>,
  { databases = [] }: { readonly databases?: readonly string[] } = {},
): Session {
  const { environment, folder, stdout, stderr } = caller();
  const json = options.json === true;
  const quiet = options.quiet === true;
  const colourFlag = options.color !== false;
  const errorColours = palette(wantsColour(stderr, environment, colourFlag));
  const say = (kind: "notice" | "warning", line: string): void => {
    if (quiet) return;
    const label = kind === "warning" ? `${errorColours.warning("warning:")} ` : "";
    const text = line.split("\n").map(printable).join("\n");
    stderr.write(json ? `${JSON.stringify({ [kind]: line })}\n` : `${label}${text}\n`);
  };
  const inform = (line: string): void => say("notice", line);
  const lines: Progress[] = [];
  return {
    settings: resolveSettings({ flags: options, environment, folder }),
    databases,
    json,
    quiet,
    colours: palette(wantsColour(stdout, environment, colourFlag)),
    links: wantsLinks(stdout, environment),
    // A terminal that does not say how wide it is says 0.
    columns: stdout.columns || Number.POSITIVE_INFINITY,
    print: (line) => void stdout.write(`${line}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value, withIsoTimes)}\n`),
    write: (data) =>
      new Promise((resolve) => {
        if (stdout.write(data)) resolve();
        else stdout.once("drain", resolve);
      }),
    inform,
    warn: (line) => say("warning", line),
    progress: () => {
      const line = new Progress(stderr, { quiet: quiet || json, plain: environment.TERM === "dumb" });
      lines.push(line);
      return line;
    },
    endProgress: () => {
      for (const line of lines) line.finish();
    },
    interruptible: (message, limits) => caller().interrupted(() => inform(message), limits),
  };
}
