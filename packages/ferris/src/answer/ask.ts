/**
 * A question answered from the documents: search, the language model, and what is to be said of its answer.
 *
 * The whole of `ferris ask` but its printing, for the command line and for programs alike. Which model: endpoint.ts; how documents are
 * kept from giving orders: prompt.ts.
 */
import type { Ferris } from "../ferris.ts";
import type { FerrisSearchOptions } from "../options.ts";
import type { SearchResult } from "../search/search.ts";
import { streamChat } from "./chat.ts";
import { findEndpoint, type EndpointSettings } from "./endpoint.ts";
import { citedPassages, makeMessages, notAnswered, unknownCitations, usualPassages } from "./prompt.ts";

export interface AskOptions extends Pick<FerrisSearchOptions, "limit" | "mode" | "filter" | "signal"> {
  /** The language model; what is left out is looked for on this machine (Ollama, LM Studio). */
  readonly endpoint?: Partial<EndpointSettings>;
  /** Told which model is asked, before anything is sent to it. */
  readonly onEndpoint?: (model: string, baseUrl: string) => void;
  /** Receives the answer as it comes. What is given back is waited for. */
  readonly onPiece?: (piece: string) => void | Promise<void>;
}

export interface Answer {
  readonly question: string;
  /** False where the documents do not answer it, as the model says or because nothing relevant was found. */
  readonly answered: boolean;
  /** Null where no model was asked. */
  readonly answer: string | null;
  /** Null where no endpoint was named and none runs on this machine: then the passages are all there is. */
  readonly model: string | null;
  /** Numbers, from 1, of the passages that the answer cites. */
  readonly cited: readonly number[];
  readonly passages: readonly SearchResult[];
  /** What makes the answer doubtful: it was cut, or cites what is not there. */
  readonly warnings: readonly string[];
}

/**
 * Asks a language model to answer a question from what the documents say, with citations.
 *
 * @throws UsageError for an endpoint that is none; AnswerError when the model cannot be reached or breaks off; what Ferris.search throws
 * @example
 * import { ask, Ferris } from "ferris";
 *
 * const ferris = await Ferris.open({ db: "notes-index" });
 * await ferris.index(["notes"]);
 * const { answer, passages } = await ask(ferris, "how do I rotate a key");
 * console.log(answer ?? passages.map(({ path }) => path));
 * await ferris.close();
 */
export async function ask(ferris: Ferris, question: string, options: AskOptions = {}): Promise<Answer> {
  const { limit = usualPassages, mode, filter, signal, onEndpoint, onPiece } = options;
  const settings = { llmBaseUrl: null, llmModel: null, llmApiKey: null, ...options.endpoint };
  const [{ results: passages }, endpoint] = await Promise.all([
    ferris.search(question, { limit, mode, filter, signal }),
    findEndpoint(settings, { signal }),
  ]);
  const nothing = { question, answered: false, answer: null, model: null, cited: [], passages, warnings: [] };
  if (passages.length === 0 || endpoint === null) return nothing;

  onEndpoint?.(endpoint.model, endpoint.baseUrl);
  let answer = "";
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  for await (const piece of streamChat(endpoint, makeMessages(question, passages), { signal, warn })) {
    answer += piece;
    await onPiece?.(piece);
  }
  const answered = !answer.includes(notAnswered);
  const cited = citedPassages(answer, passages.length);
  if (answered && cited.length === 0) warn("the answer cites no passage: check it against the documents");
  const unknown = unknownCitations(answer, passages.length).map((number) => `[${number}]`);
  if (unknown.length > 0) {
    const there = passages.length === 1 ? "there is 1 passage" : `there are ${passages.length} passages`;
    warn(`the answer cites ${unknown.join(", ")}, but ${there}: check it against the documents`);
  }
  return { question, answered, answer, model: endpoint.model, cited, passages, warnings };
}
