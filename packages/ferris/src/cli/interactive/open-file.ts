/**
 * Opens a document for somebody who sits in front of this machine, and not at this terminal: from the page of `ferris serve`.
 *
 * A file with lines goes to $VISUAL or $EDITOR, and never to the program that the system has for it: that would run a script, and show
 * a page in the browser. Others (PDF, Office) go to the system's program, as at a double click.
 */
import { basename } from "node:path";
import spawn from "cross-spawn";
import { UsageError } from "../../errors.ts";
import type { OpenFile } from "../../server/context.ts";
import { editorCommand, openerCommand } from "./editor.ts";

/** Editors that need the terminal, which a server does not have to give. */
const needTerminal = new Set(
  "vi vim nvim view vis elvis nano pico emacs mg jed joe ne micro kak less hx helix".split(" "),
);

/** @throws UsageError where no editor is set, or it needs a terminal */
export const openFile: OpenFile = async ({ path, line }) => {
  const command = line === null ? openerCommand(path) : editorCommand(process.env, path, line);
  if (command === null) {
    throw new UsageError(
      "no editor is set: start the server with VISUAL set to one that has a window, such as VISUAL='code -w'",
    );
  }
  if (line !== null && needTerminal.has(basename(command.program).toLowerCase())) {
    throw new UsageError(
      `${command.program} needs a terminal: start the server with VISUAL set to an editor that has a window, such as VISUAL='code -w'`,
    );
  }
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command.program, [...command.args], { stdio: "ignore", detached: true });
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
    child.once("error", (cause) =>
      reject(new UsageError(`${command.program} cannot be started: ${cause.message}`, { cause })),
    );
  });
};
