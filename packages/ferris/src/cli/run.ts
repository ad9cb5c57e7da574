/**
 * Between commander and a command: opens the session, runs the action, reports the error, decides the exit code.
 */
import type { Command } from "commander";
import { caller, NeedsOwnProcess } from "./caller.ts";
import { Flag } from "./options.ts";
import { openSession, type Session } from "./session.ts";
import { palette, wantsColour } from "./terminal/colour.ts";
import { errorCode, exitCodeOf, exitCodes, isExpected } from "./exit-codes.ts";
import { hintFor } from "./hints.ts";
import { Interrupted } from "./terminal/interrupt.ts";
import { outliveReader } from "./terminal/pipe.ts";
import { printable } from "./terminal/text.ts";

/**
 * A command's work. `positional` are its arguments in order (a variadic one is an array), `options` its own options.
 * Returns the exit code.
 */
export type Action = (
  session: Session,
  positional: readonly never[],
  options: Readonly<Record<string, never>>,
) => Promise<number>;

export interface RunOptions {
  /** For commands that answer found or not found: any error is exit code 2, as ripgrep has it. */
  readonly errorsAre2?: boolean;
  /** For commands whose work matters more than their output: a closed stdout does not end them. */
  readonly outlivesReader?: boolean;
  /** For commands that look into every index that --db names. */
  readonly takesSeveralIndexes?: boolean;
}

/** Makes `action` what `command` does. Returns `command`. */
export function runs(
  command: Command,
  action: Action,
  { errorsAre2 = false, outlivesReader = false, takesSeveralIndexes = false }: RunOptions = {},
): Command {
  return command.action(async (...given: unknown[]) => {
    const options = command.optsWithGlobals();
    if (outlivesReader) outliveReader();
    let code: number;
    let session: Session | undefined;
    try {
      const flags = [...(command.parent?.options ?? []), ...command.options].filter((option) => option instanceof Flag);
      const databases = flags.find((flag) => flag.long === "--db")?.given ?? [];
      session = openSession(options, { databases });
      for (const flag of flags) {
        const isSeveral = takesSeveralIndexes && flag.long === "--db";
        if (flag.lostValues !== null && !isSeveral) session.warn(flag.lostValues);
      }
      code = await action(session, given.slice(0, -2) as never[], command.opts());
    } catch (error) {
      if (error instanceof NeedsOwnProcess) throw error;
      session?.endProgress();
      const exact = exitCodeOf(error);
      code = errorsAre2 && !(error instanceof Interrupted) ? exitCodes.failure : exact;
      reportError(error, code, { ...options, line: command.parent?.args ?? [] });
    }
    caller().setExitCode(code);
  });
}

export interface ReportOptions {
  readonly json?: unknown;
  readonly color?: unknown;
  /** The words of the command line, for hints. */
  readonly line: readonly string[];
}

/** Says on stderr what went wrong: one line, or one JSON object with `--json`; the stack only where it is our own mistake. */
export function reportError(error: unknown, exitCode: number, options: ReportOptions): void {
  const { stderr, environment } = caller();
  const message = error instanceof Error ? error.message : String(error);
  const hint = hintFor(error, options.line);
  if (options.json === true) {
    const code = errorCode(error) ?? "UNEXPECTED";
    stderr.write(`${JSON.stringify({ error: { code, message, ...(hint === null ? {} : { hint }), exitCode } })}\n`);
    return;
  }
  const colours = palette(wantsColour(stderr, environment, options.color !== false));
  // Messages quote file names, documents and models.
  const isSentence = /[.!?]$/.test(message);
  const advice = hint === null ? "" : `${isSentence ? "" : "."} ${printable(hint)}`;
  stderr.write(`${colours.bad("ferris:")} ${printable(message)}${advice}\n`);
  if (!isExpected(error) && error instanceof Error) {
    const stack = (error.stack ?? "(no stack)").split("\n").map(printable).join("\n");
    stderr.write(`This is a bug in ferris. Stack trace:\n${stack}\n`);
  }
}
