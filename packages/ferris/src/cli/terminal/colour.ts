/**
 * When to colour, and the colours that ferris uses.
 *
 * Decided per stream (results go to stdout, progress to stderr, and either may be a file), in this order: `--no-color`,
 * NO_COLOR (https://no-color.org), FORCE_COLOR, TERM=dumb, whether the stream is a terminal. Links follow the same question.
 */
import picocolors from "picocolors";

/** What is asked of an output stream; `process.stdout` and `process.stderr` are such. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The styles by what they mean here, so that a change of taste is a change of this file. */
export interface Palette {
  readonly enabled: boolean;
  strong(text: string): string;
  faint(text: string): string;
  path(text: string): string;
  match(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
}

/** Whether text written to `stream` may carry colour codes. `flag` is false for `--no-color`. */
export function wantsColour(stream: TerminalStream, environment: Environment, flag = true): boolean {
  if (!flag || environment.NO_COLOR) return false;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return stream.isTTY === true && environment.TERM !== "dumb";
}

/**
 * Whether `stream` may carry OSC 8 links: a terminal that is not dumb, and not the Linux console, which prints them as text.
 * FORCE_HYPERLINK=1 or 0 decides where it is set.
 */
export function wantsLinks(stream: TerminalStream, environment: Environment): boolean {
  const forced = environment.FORCE_HYPERLINK;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return stream.isTTY === true && environment.TERM !== "dumb" && environment.TERM !== "linux";
}

/** The styles, or the same functions doing nothing. */
export function palette(enabled: boolean): Palette {
  const colours = picocolors.createColors(enabled);
  return {
    enabled,
    strong: colours.bold,
    faint: colours.dim,
    path: (text) => colours.cyan(text),
    match: (text) => colours.bold(colours.yellow(text)),
    good: colours.green,
    warning: colours.yellow,
    bad: (text) => colours.bold(colours.red(text)),
  };
}
