/**
 * One streamed chat completion from an OpenAI-compatible endpoint: server-sent events in, pieces of text out.
 * https://platform.openai.com/docs/api-reference/chat-streaming
 */
import { AnswerError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ChatMessage } from "./prompt.ts";

/**
 * The answer in pieces, as they come.
 *
 * @throws AnswerError when the endpoint cannot be reached, refuses, or breaks off
 */
export async function* streamChat(
  { baseUrl, model, apiKey }: Endpoint,
  messages: readonly ChatMessage[],
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const response = await post(
    `${baseUrl}/chat/completions`,
    apiKey,
    { model, messages, stream: true, temperature: 0 },
    signal,
  );
  let pending = "";
  let finished = false;
  try {
    for await (const block of response.pipeThrough(new TextDecoderStream())) {
      const lines = (pending + block).split("\n");
      pending = lines.pop()!;
      for (const line of lines) {
        if (!line.startsWith("data:")) continue;
        const data = line.slice(5).trim();
        if (data === "[DONE]") return;
        const choice = choiceOf(data, baseUrl);
        finished ||= typeof choice?.finish_reason === "string";
        const content = choice?.delta?.content;
        if (typeof content === "string" && content !== "") yield content;
      }
    }
    // Not every server says [DONE].
    if (finished) return;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AnswerError) throw error;
    throw new AnswerError(`${baseUrl} broke off in the middle of the answer: ${(error as Error).message}`, {
      cause: error,
    });
  }
  throw new AnswerError(`${baseUrl} broke off in the middle of the answer`);
}

async function post(
  url: string,
  apiKey: string | null,
  body: object,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    const cause = (error as Error).cause;
    throw new AnswerError(`${url} cannot be reached: ${(cause instanceof Error ? cause : (error as Error)).message}`, {
      cause: error,
    });
  }
  if (response.ok && response.body) return response.body;
  const detail = (await response.text()).replace(/\s+/g, " ").slice(0, 300);
  const hint = response.status === 401 ? " (FERRIS_LLM_API_KEY is missing or wrong)" : "";
  throw new AnswerError(`${url} answered ${response.status}${hint}: ${detail}`);
}

interface Choice {
  readonly delta?: { readonly content?: unknown };
  readonly finish_reason?: unknown;
}

function choiceOf(data: string, baseUrl: string): Choice | undefined {
  let event: { choices?: Choice[]; error?: unknown };
  try {
    event = JSON.parse(data) as typeof event;
  } catch (error) {
    throw new AnswerError(`${baseUrl} sent something that is not JSON: ${data.slice(0, 100)}`, { cause: error });
  }
  if (event.error) throw new AnswerError(`${baseUrl} reports an error: ${JSON.stringify(event.error)}`);
  return event.choices?.[0];
}
