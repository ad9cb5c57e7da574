/**
 * One streamed chat completion from an OpenAI-compatible endpoint: server-sent events in, pieces of text out.
 * https://platform.openai.com/docs/api-reference/chat-streaming
 *
 * A server that ignores `stream` and sends its completion as one JSON object is understood too. What a server refuses of the request
 * (a temperature, a system message) is left out once; one that is busy or loading is asked again after a while.
 */
import { AnswerError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import { openChat, type SendOptions } from "./open-chat.ts";
import type { ChatMessage } from "./prompt.ts";
import { readCompletion, readEvent, type ReplyPart } from "./reply.ts";
import { Deadline } from "./request.ts";
import { ThoughtFilter } from "./thoughts.ts";

export interface ChatOptions extends SendOptions {
  readonly signal?: AbortSignal;
  /** How long the endpoint may be silent once the answer has begun. */
  readonly silenceMs?: number;
  /** Told what is doubtful about an answer that did come. */
  readonly warn?: (message: string) => void;
  /** Told when the pieces so far were the model's thoughts: the answer begins now. */
  readonly onRestart?: () => void;
}

/** Characters of one event, or of a reply without events: far beyond any answer, so that an endless one ends. */
const mostCharacters = 4 * 1024 * 1024;

/**
 * The answer in pieces, as they come, without the model's thoughts.
 *
 * @throws AnswerError when the endpoint cannot be reached, refuses, falls silent, breaks off, or sends no answer
 */
export async function* streamChat(
  endpoint: Endpoint,
  messages: readonly ChatMessage[],
  options: ChatOptions = {},
): AsyncGenerator<string> {
  const { signal, silenceMs = 60_000, warn = () => {}, onRestart } = options;
  const { model, timeoutMs } = endpoint;
  const deadline = new Deadline(signal);
  const outcome = new Outcome();
  const thoughts = new ThoughtFilter(onRestart);
  let baseUrl = endpoint.baseUrl;
  try {
    const late = `${baseUrl} sent no answer for ${seconds(timeoutMs)}: is ${model} still being loaded, or still reading?`;
    deadline.start(timeoutMs, late);
    const opened = await openChat(endpoint, messages, deadline.signal, options);
    baseUrl = opened.baseUrl;
    // Until the answer begins the model reads and thinks, which a server may or may not show: one limit for all of that.
    const wait = (): void =>
      outcome.answered
        ? deadline.start(silenceMs, `${baseUrl} fell silent in the middle of the answer, for ${seconds(silenceMs)}`)
        : deadline.start(timeoutMs, late);
    for await (const part of parts(opened.response, opened.url, baseUrl, deadline, wait)) {
      const shown = thoughts.push(part.content);
      outcome.add(part, shown);
      if (shown !== "") yield shown;
    }
    const rest = thoughts.end();
    outcome.add(null, rest);
    if (rest !== "") yield rest;
  } catch (error) {
    signal?.throwIfAborted();
    deadline.signal.throwIfAborted();
    if (error instanceof AnswerError) throw error;
    throw new AnswerError(`${baseUrl} broke off in the middle of the answer: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    deadline.stop();
  }
  if (!outcome.answered) throw new AnswerError(`${model} at ${baseUrl} gave no answer: ${outcome.whyNone(thoughts)}`);
  for (const warning of outcome.warnings(model)) warn(warning);
}

/** What a reply amounted to, over all its pieces. */
class Outcome {
  /** Whether anything but white space came. */
  answered = false;
  #reasoned = false;
  #refusal = "";
  #toolCall: string | null = null;
  #finishReason: string | null = null;

  add(part: ReplyPart | null, shown: string): void {
    this.answered ||= shown.trim() !== "";
    if (part === null) return;
    this.#reasoned ||= part.reasoning;
    this.#refusal = (this.#refusal + part.refusal).slice(0, 1000);
    this.#toolCall ??= part.toolCall;
    this.#finishReason = part.finishReason ?? this.#finishReason;
  }

  whyNone(thoughts: ThoughtFilter): string {
    if (this.#refusal.trim() !== "") return `it refused, in these words: ${this.#refusal.trim()}`;
    if (this.#finishReason === "content_filter") return "the endpoint's content filter withheld it";
    if (this.#finishReason === "length") {
      return "it reached its token limit before the answer began; raise it in the server, or ask another model";
    }
    if (this.#toolCall !== null)
      return `it called a tool ("${this.#toolCall}") instead of answering; ask another model`;
    if (this.#reasoned || thoughts.isThinking) return "it sent only its reasoning; ask again, or ask another model";
    return "the answer is empty; ask again, or another model";
  }

  warnings(model: string): string[] {
    const warnings: string[] = [];
    if (this.#finishReason === "length") {
      warnings.push(`the answer was cut: ${model} reached its token limit; raise it in the server, or ask for less`);
    }
    if (this.#finishReason === "content_filter") {
      warnings.push("the answer was cut: the endpoint's content filter withheld the rest");
    }
    if (this.#refusal.trim() !== "") warnings.push(`the model refused part of the answer: ${this.#refusal.trim()}`);
    return warnings;
  }
}

async function* parts(
  response: Response,
  url: string,
  baseUrl: string,
  deadline: Deadline,
  wait: () => void,
): AsyncGenerator<ReplyPart> {
  let pending = "";
  let plain = "";
  let events = false;
  let finished = false;
  for await (const block of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    // Whoever reads the answer may take their time: only the endpoint is on the clock.
    deadline.stop();
    const lines = (pending + block).split("\n");
    pending = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith("data:")) {
        if (!events) plain += `${line}\n`;
        continue;
      }
      events = true;
      const data = line.slice(5).trim();
      if (data === "[DONE]") return;
      const part = readEvent(data, baseUrl);
      finished ||= part.finishReason !== null;
      yield part;
    }
    if (pending.length + plain.length > mostCharacters) {
      throw new AnswerError(`${url} sent more than ${mostCharacters} characters without an answer in them`);
    }
    wait();
  }
  // Not every server says [DONE].
  if (finished) return;
  if (events) throw new AnswerError(`${baseUrl} broke off in the middle of the answer`);
  const completion = readCompletion(plain + pending, baseUrl);
  if (completion) return yield completion;
  const start = (plain + pending).replace(/\s+/g, " ").trim().slice(0, 100);
  throw new AnswerError(
    `${url} did not answer with a chat completion but with ${start === "" ? "nothing" : `"${start}"`}: ` +
      "check the base URL, which usually ends in /v1",
    { setting: "llmBaseUrl" },
  );
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
