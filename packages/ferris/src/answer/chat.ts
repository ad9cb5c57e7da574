/**
 * One streamed chat completion from an OpenAI-compatible endpoint: server-sent events in, pieces of text out.
 * https://platform.openai.com/docs/api-reference/chat-streaming
 *
 * A server that ignores `stream` and sends its completion as one JSON object is understood too.
 */
import { AnswerError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ChatMessage } from "./prompt.ts";
import { Patience, refusal, request } from "./request.ts";

export interface ChatOptions {
  readonly signal?: AbortSignal;
  /** How long the first byte of the answer may take: a model may have to be loaded, and has to read the passages. */
  readonly firstByteMs?: number;
  /** How long the endpoint may be silent after that. */
  readonly silenceMs?: number;
  /** Told what is doubtful about an answer that did come. */
  readonly warn?: (message: string) => void;
}

/** Characters of one event, or of a reply without events: far beyond any answer, so that an endless one ends. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * The answer in pieces, as they come.
 *
 * @throws AnswerError when the endpoint cannot be reached, refuses, falls silent, breaks off, or sends no answer
 */
export async function* streamChat(
  endpoint: Endpoint,
  messages: readonly ChatMessage[],
  { signal, firstByteMs = 60_000, silenceMs = 30_000, warn = () => {} }: ChatOptions = {},
): AsyncGenerator<string> {
  const { baseUrl, model, apiKey } = endpoint;
  const url = `${baseUrl}/chat/completions`;
  const patience = new Patience(signal);
  let answered = false;
  let reason: unknown;
  try {
    patience.wait(firstByteMs, `${url} sent nothing for ${seconds(firstByteMs)}: is ${model} still being loaded?`);
    const body = JSON.stringify({ model, messages, stream: true, temperature: 0 });
    const response = await request(url, apiKey, { method: "POST", body }, patience.signal);
    if (!response.ok) throw await refusal(url, response);
    for await (const { content, finishReason } of choices(response, url, baseUrl, patience, silenceMs)) {
      reason = finishReason ?? reason;
      if (typeof content !== "string" || content === "") continue;
      answered ||= content.trim() !== "";
      yield content;
    }
  } catch (error) {
    signal?.throwIfAborted();
    patience.signal.throwIfAborted();
    if (error instanceof AnswerError) throw error;
    throw new AnswerError(`${baseUrl} broke off in the middle of the answer: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    patience.stop();
  }
  const cut = reason === "length";
  if (!answered) {
    const why = cut ? "it reached its limit of tokens before the answer began" : "the answer is empty";
    throw new AnswerError(`${model} at ${baseUrl} gave no answer: ${why}; ask again, or another model`);
  }
  if (cut) {
    warn(`the answer was cut: ${model} reached its limit of tokens; raise that in the server, or ask for less`);
  }
}

/** What one event, or a whole completion, says. */
interface Choice {
  readonly content?: unknown;
  readonly finishReason?: unknown;
}

async function* choices(
  response: Response,
  url: string,
  baseUrl: string,
  patience: Patience,
  silenceMs: number,
): AsyncGenerator<Choice> {
  let pending = "";
  let plain = "";
  let events = false;
  let finished = false;
  for await (const block of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    // Whoever reads the answer may take their time: only the endpoint is on the clock.
    patience.stop();
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
      const choice = choiceOf(data, baseUrl);
      finished ||= typeof choice.finishReason === "string";
      yield choice;
    }
    if (pending.length + plain.length > MOST_CHARACTERS) {
      throw new AnswerError(`${url} sent more than ${MOST_CHARACTERS} characters without an answer in them`);
    }
    patience.wait(silenceMs, `${baseUrl} fell silent in the middle of the answer, for ${seconds(silenceMs)}`);
  }
  // Not every server says [DONE].
  if (finished) return;
  if (events) throw new AnswerError(`${baseUrl} broke off in the middle of the answer`);
  yield completionOf(plain + pending, url, baseUrl);
}

function choiceOf(data: string, baseUrl: string): Choice {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch (error) {
    throw new AnswerError(`${baseUrl} sent something that is not JSON: ${data.slice(0, 100)}`, { cause: error });
  }
  return read(event, "delta", baseUrl);
}

/** A completion that came whole; anything else that came with status 200 is none. */
function completionOf(text: string, url: string, baseUrl: string): Choice {
  let reply: unknown = null;
  try {
    reply = JSON.parse(text);
  } catch {
    // An HTML page, say: what follows says so.
  }
  const choice = read(reply, "message", baseUrl);
  if (typeof choice.content === "string") return choice;
  const start = text.replace(/\s+/g, " ").trim().slice(0, 100);
  throw new AnswerError(
    `${url} did not answer with a chat completion but with ${start === "" ? "nothing" : `"${start}"`}: ` +
      "check FERRIS_LLM_BASE_URL, which usually ends in /v1",
  );
}

function read(value: unknown, part: "delta" | "message", baseUrl: string): Choice {
  const reply = value as {
    choices?: { delta?: { content?: unknown }; message?: { content?: unknown }; finish_reason?: unknown }[];
    error?: unknown;
  } | null;
  if (reply?.error) throw new AnswerError(`${baseUrl} reports an error: ${JSON.stringify(reply.error)}`);
  const choice = reply?.choices?.[0];
  return { content: choice?.[part]?.content, finishReason: choice?.finish_reason };
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
