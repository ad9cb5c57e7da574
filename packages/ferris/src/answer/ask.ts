/**
 * A question answered from the documents: search, the language model, and what is to be said of its answer.
 *
 * The whole of `ferris ask` but its printing, for the command line and for programs alike. Which model: endpoint.ts; how documents are
 * kept from giving orders: prompt.ts.
 */
import type { FerrisSearchOptions } from "../options.ts";
import type { SearchAnswer, SearchResult } from "../search/result.ts";
import { unreadText } from "../search/unread.ts";
import { vectorShareText } from "../search/vector-share.ts";
import { streamChat } from "./chat.ts";
import { readCitations } from "./citations.ts";
import { findEndpoint, type EndpointSettings } from "./endpoint.ts";
import { makeMessages, type Turn, usualPassages } from "./prompt.ts";

type Found = Pick<SearchAnswer, "results" | "vectorShare" | "unread">;

/** Where passages are found: a Ferris, or several as one. */
export interface Searchable {
  search(query: string, options?: FerrisSearchOptions): Promise<Found>;
}

export interface AskOptions extends Pick<FerrisSearchOptions, "limit" | "mode" | "rerank" | "filter" | "signal"> {
  /** The language model; what is left out is looked for on this machine (Ollama, LM Studio). */
  readonly endpoint?: EndpointSettings | undefined;
  /** Earlier questions and answers, oldest first, when this is a follow-up: `Answer.conversation` of the last. */
  readonly conversation?: readonly Turn[] | undefined;
  /** Told which model is asked, before anything is sent to it. */
  readonly onEndpoint?: ((model: string, baseUrl: string) => void) | undefined;
  /** Receives the answer as it comes. What it returns is awaited. */
  readonly onPiece?: ((piece: string) => void | Promise<void>) | undefined;
  /** Told when the pieces so far turn out to have been the model's reasoning: the answer begins with the next. */
  readonly onRestart?: (() => void) | undefined;
  /** Told before each wait for an endpoint that is busy or loading its model. */
  readonly onWait?: ((message: string) => void) | undefined;
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
  /** What makes the answer doubtful: it was cut, cites what is not there, or was looked for in a part of the index alone. */
  readonly warnings: readonly string[];
  /** What to pass on when the next question is a follow-up; its last turn is this one, where a model answered. */
  readonly conversation: readonly Turn[];
}

/** `Ferris.ask`, over anything that searches. */
export async function ask(documents: Searchable, question: string, options: AskOptions = {}): Promise<Answer> {
  const { signal, conversation = [], onEndpoint, onPiece, onWait } = options;
  const [{ passages, warnings }, endpoint] = await Promise.all([
    passagesFor(documents, question, options),
    findEndpoint(options.endpoint ?? {}, { signal }),
  ]);
  if (passages.length === 0 || endpoint === null) {
    return { question, answered: false, answer: null, model: null, cited: [], passages, warnings, conversation };
  }

  onEndpoint?.(endpoint.model, endpoint.baseUrl);
  const warn = (message: string): void => void warnings.push(message);
  let answer = "";
  let marks = new MarkFilter();
  const onRestart = (): void => {
    answer = "";
    marks = new MarkFilter();
    options.onRestart?.();
  };
  const messages = makeMessages(question, passages, conversation);
  const show = async (piece: string): Promise<void> => {
    if (piece === "") return;
    answer += piece;
    await onPiece?.(piece);
  };
  for await (const piece of streamChat(endpoint, messages, { signal, warn, onRestart, onWait })) {
    await show(marks.push(piece));
  }
  await show(marks.end());
  const { cited, unknown, answered: cites } = readCitations(answer, passages.length);
  const answered = cites && !(marks.found && cited.length === 0);
  if (answered && cited.length === 0) warn("the answer cites no passage: check it against the documents");
  if (unknown.length > 0) {
    const there = passages.length === 1 ? "there is 1 passage" : `there are ${passages.length} passages`;
    const named = unknown.map((number) => `[${number}]`).join(", ");
    warn(`the answer cites ${named}, but ${there}: check it against the documents`);
  }
  const turns = [...conversation, { question, answer }];
  return { question, answered, answer, model: endpoint.model, cited, passages, warnings, conversation: turns };
}

/** The passages for a question; for a follow-up ("and for two keys?") also those for it and the question before together. */
async function passagesFor(
  documents: Searchable,
  question: string,
  options: AskOptions,
): Promise<{ passages: readonly SearchResult[]; warnings: string[] }> {
  const { limit = usualPassages, mode, rerank, filter, signal, conversation = [] } = options;
  const before = conversation.at(-1)?.question;
  const queries = before === undefined ? [question] : [`${before} ${question}`, question];
  const found: (readonly SearchResult[])[] = [];
  let answer: Found | undefined;
  for (const query of queries) {
    answer = await documents.search(query, { limit, mode, rerank, filter, signal });
    found.push(answer.results);
  }
  const passages = new Map<string, SearchResult>();
  for (let rank = 0; rank < limit; rank++) {
    for (const results of found) {
      const result = results[rank];
      if (result === undefined) continue;
      // Of several indexes, two may have a chunk of one number.
      const key = `${result.chunkId} ${result.path}`;
      if (!passages.has(key)) passages.set(key, result);
    }
  }
  return { passages: [...passages.values()].slice(0, limit), warnings: mode === "text" ? [] : doubts(answer!) };
}

/** What makes it doubtful that these are the passages: of the question itself, the last that was searched for. */
function doubts({ vectorShare, unread }: Found): string[] {
  const partial = vectorShareText(vectorShare);
  return [partial === null ? null : `indexing is not finished: ${partial}`, unreadText(unread)].filter(
    (doubt) => doubt !== null,
  );
}

/** Takes the mark `[0]` ("no passage") out of an answer as it streams. Readers are told in other ways. */
class MarkFilter {
  /** Whether there was one. */
  found = false;
  #held = "";

  push(piece: string): string {
    // After white space only: `array[0]` is code.
    const text = (this.#held + piece).replace(/(^|\s)\[0\]/g, () => {
      this.found = true;
      return "";
    });
    this.#held = /(?:^|(?<!\s)\s+)(?:\[0?)?$/.exec(text)?.[0] ?? "";
    return text.slice(0, text.length - this.#held.length);
  }

  end(): string {
    const rest = this.#held;
    this.#held = "";
    return this.found ? rest.trimEnd() : rest;
  }
}
