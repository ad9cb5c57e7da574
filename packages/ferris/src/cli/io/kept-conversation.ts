/**
 * The last conversation of `ferris ask` over an index, kept in the index's own folder for `--continue`.
 *
 * It came out of the documents of that index and goes with it. An index may be a stranger's, so what is read here is checked.
 */
import { join } from "node:path";
import type { Turn } from "../../answer/prompt.ts";
import { UsageError } from "../../errors.ts";
import { readRegularFile } from "../../files/read-file.ts";
import { checkOwnFolder, keptConversation } from "../../store/own-folder.ts";
import { AtomicFile } from "./atomic-file.ts";

/** More is never written: the last turns, each cut to a length. */
const mostBytes = 1_000_000;
const mostTurns = 8;
const longestText = 20_000;

/** @throws UsageError where nothing was asked yet, or what was kept makes no sense */
export async function readConversation(indexFolder: string): Promise<Turn[]> {
  const path = join(indexFolder, keptConversation);
  checkOwnFolder(indexFolder);
  let text: string;
  try {
    text = (await readRegularFile(path, { mostBytes })).toString("utf8");
  } catch (cause) {
    throw new UsageError(
      "there is no conversation to continue in this index: ask a question without --continue first",
      {
        cause,
      },
    );
  }
  try {
    const { turns } = JSON.parse(text) as { turns: readonly Turn[] };
    return turns.slice(-mostTurns).map(({ question, answer }) => {
      if (typeof question !== "string" || typeof answer !== "string") throw new TypeError("a turn is not text");
      return { question, answer };
    });
  } catch (cause) {
    throw new UsageError(`${path} does not hold a conversation: ask a question without --continue`, { cause });
  }
}

/** Keeps the conversation in place of the one before. @throws OutputError where the folder cannot be written */
export async function keepConversation(indexFolder: string, conversation: readonly Turn[]): Promise<void> {
  checkOwnFolder(indexFolder, { forWriting: true });
  const turns = conversation.slice(-mostTurns).map(({ question, answer }) => ({
    question: question.slice(0, longestText),
    answer: answer.slice(0, longestText),
  }));
  const file = await AtomicFile.create(join(indexFolder, keptConversation));
  try {
    await file.write(`${JSON.stringify({ turns }, null, 1)}\n`);
  } catch (error) {
    await file.discard();
    throw error;
  }
  await file.commit();
}
