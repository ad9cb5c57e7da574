/** A question before something that cannot be undone: asked of a person at a terminal, who answers y; anything else is no. */
import { UsageError } from "../../errors.ts";
import { readLines } from "../../files/read-lines.ts";
import { caller } from "../caller.ts";
import type { Session } from "../session.ts";
import { printable } from "./text.ts";

/**
 * @param yes whether the command line has the answer already
 * @throws UsageError where it has not, and there is nobody to ask: input that is piped was not typed as an answer
 */
export async function confirmed(session: Session, question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  const { stdin, stderr } = caller();
  if (stdin.isTTY !== true || session.json)
    throw new UsageError("this cannot be undone: say --yes, or type it at a terminal to be asked");
  stderr.write(`${printable(question)} [y/N] `);
  for await (const { text } of readLines(stdin)) return /^\s*y(?:es)?\s*$/i.test(text);
  return false;
}
