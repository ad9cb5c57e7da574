/**
 * `ferris ask`: an answer from the documents, with citations, by a language model of the user's choice.
 *
 * Without one the passages are printed, and how to name one. Retrieval is `search`; prompt and streaming are in answer/.
 */
import { Command } from "commander";
import { usualPassages } from "../../answer/prompt.ts";
import { AnswerError, UsageError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { SearchResult } from "../../search/result.ts";
import { caller } from "../caller.ts";
import { settings } from "../config/settings.ts";
import { endpointOf } from "../endpoint.ts";
import { keepConversation, readConversation } from "../io/kept-conversation.ts";
import type { Ferris } from "../../ferris.ts";
import { openFerris } from "../open.ts";
import { lineRange, resultCard, shownPath } from "../present/results.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { printable } from "../terminal/text.ts";
import {
  documentFilter,
  type FilterOptions,
  type RerankOptions,
  rerankerForQuestion,
  withExamples,
  withFilterOptions,
  withModelOptions,
  withRerankOptions,
} from "./shared-options.ts";

interface AskOptions extends FilterOptions, RerankOptions {
  readonly continue?: boolean;
}

export function askCommand(): Command {
  const command = new Command("ask")
    .summary("an answer from the documents, with citations")
    .description(
      "Searches, then has a language model answer from the passages that were found, and names them. Any OpenAI-compatible\n" +
        "endpoint will do: FERRIS_LLM_BASE_URL, FERRIS_LLM_MODEL, FERRIS_LLM_API_KEY; else Ollama or LM Studio on this machine.\n" +
        "Ends with 0 if the documents answer, 1 if they do not, 2 on an error.",
    )
    .argument("<question...>", "in your own words");
  command.addOption(new Flag("-k, --limit <n>", `most passages to answer from (default: ${usualPassages})`));
  command.addOption(
    new Flag("-c, --continue", "a follow-up: the model is told the questions and answers before this one"),
  );
  withRerankOptions(command);
  withFilterOptions(command);
  withModelOptions(command);
  withExamples(command, [
    ['ferris ask "how do I rotate a key without downtime"', "an answer, and the passages that it rests on"],
    ['ferris ask --continue "and with two keys?"', "a follow-up to the last question asked of this index"],
    ['FERRIS_LLM_BASE_URL=http://127.0.0.1:8080/v1 ferris ask "what is cu_seqlens"', "by another server"],
  ]);
  return runs(
    command,
    (session, [words], options) => ask(session, (words as string[]).join(" "), options as AskOptions),
    {
      errorsAre2: true,
    },
  );
}

/** @throws UsageError for an index in a store: conversations are one person's, and a store is everybody's */
function conversationFolder({ ownFolder }: Ferris): string {
  if (ownFolder !== null) return ownFolder;
  throw new UsageError("--continue needs an index in a folder: no conversation is kept in a store");
}

async function ask(session: Session, question: string, options: AskOptions): Promise<number> {
  const { values, origins } = session.settings;
  const { ask: askDocuments } = await import("../../answer/ask.ts");
  const signal = session.interruptible("stopping");
  const reranking = await rerankerForQuestion(session, options, question);
  const ferris = await openFerris(session, { reranker: reranking?.model ?? undefined });
  try {
    const conversation = options.continue ? await readConversation(conversationFolder(ferris)) : [];
    const answer = await askDocuments(ferris, question, {
      conversation,
      limit: origins.limit.kind === "default" ? usualPassages : values.limit,
      mode: values.mode,
      rerank: reranking !== null,
      filter: await documentFilter(options),
      endpoint: endpointOf(session),
      signal,
      onEndpoint: (model, baseUrl) => session.inform(`asking ${model} at ${baseUrl}`),
      onWait: (message) => session.inform(message),
      onRestart: () => session.inform("\n(That was the model's reasoning; its answer follows.)"),
      onPiece: async (piece) => {
        if (!session.json) await session.write(piece.split("\n").map(printable).join("\n"));
      },
    });
    const { answered, cited, passages, warnings, ...rest } = answer;
    if (passages.length === 0) return withoutPassages(session, question, warnings);
    if (rest.model === null) return withoutEndpoint(session, question, passages, warnings);
    if (session.json)
      session.printJson({ question, answered, answer: rest.answer, model: rest.model, cited, passages, warnings });
    else {
      session.print("");
      for (const number of cited) session.print(`[${number}] ${place(passages[number - 1]!)}`);
    }
    for (const warning of warnings) session.warn(warning);
    // Where the index cannot be written, as on another's disk, only a follow-up would miss it.
    if (ferris.ownFolder !== null) {
      await keepConversation(ferris.ownFolder, rest.conversation).catch((error: Error) => {
        if (options.continue) session.warn(`this conversation cannot be continued: ${error.message}`);
      });
    }
    return answered ? exitCodes.success : exitCodes.nothingFound;
  } catch (error) {
    throw withHint(error);
  } finally {
    await ferris.close();
  }
}

/** The error, naming the variable that sets what is to blame. */
function withHint(error: unknown): unknown {
  if (!(error instanceof AnswerError) || error.setting === null) return error;
  const { setting } = error;
  return new AnswerError(`${error.message} (${settings[setting].variable})`, { cause: error.cause, setting });
}

function withoutPassages(session: Session, question: string, warnings: readonly string[]): number {
  if (session.json)
    session.printJson({ question, answered: false, answer: null, model: null, cited: [], passages: [], warnings });
  else session.inform("The documents do not answer this: nothing relevant was found.");
  for (const warning of warnings) session.warn(warning);
  return exitCodes.nothingFound;
}

function withoutEndpoint(
  session: Session,
  question: string,
  passages: readonly SearchResult[],
  warnings: readonly string[],
): number {
  for (const warning of warnings) session.warn(warning);
  if (session.json) {
    session.printJson({ question, answered: false, answer: null, model: null, cited: [], passages, warnings });
  } else {
    session.print(passages.map((result) => resultCard(result, session).join("\n")).join("\n\n"));
    session.inform(
      "\nThese are the passages; to have them made into an answer, start Ollama or LM Studio on this machine, or set\n" +
        "FERRIS_LLM_BASE_URL (an OpenAI-compatible endpoint), FERRIS_LLM_MODEL and, if it needs one, FERRIS_LLM_API_KEY.",
    );
  }
  return exitCodes.success;
}

function place(result: SearchResult): string {
  return `${printable(shownPath(result.path, caller().folder))}:${lineRange(result)}`;
}
