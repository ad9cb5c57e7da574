/**
 * Which language model answers: an OpenAI-compatible endpoint that was named, else one that runs on this machine.
 *
 * Nothing leaves the machine unless somebody named an endpoint elsewhere: only the default ports of Ollama and LM Studio on the
 * loopback address are tried.
 */
import { AnswerError, UsageError } from "../errors.ts";
import { Patience, refusal, request } from "./request.ts";

export interface EndpointSettings {
  /** Such as https://api.openai.com/v1; null: look on this machine. */
  readonly llmBaseUrl: string | null;
  /** Null: the first that the endpoint lists. */
  readonly llmModel: string | null;
  readonly llmApiKey: string | null;
}

export interface Endpoint {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | null;
}

/** Where Ollama and LM Studio listen unless told otherwise. */
export const localEndpoints = ["http://127.0.0.1:11434/v1", "http://127.0.0.1:1234/v1"] as const;

/** A local server answers at once, or is not there. */
const LOOK_MS = 500;
/** One that was named may be far away. */
const LIST_MS = 10_000;

/**
 * The endpoint to ask, or null where none was named and none runs here.
 *
 * @throws UsageError for a base URL that is none, or one that lists no models while none was named
 * @throws AnswerError when the models of the one that was named cannot be read: the reason is said
 */
export async function findEndpoint(
  { llmBaseUrl, llmModel, llmApiKey }: EndpointSettings,
  {
    signal,
    local = localEndpoints,
    listMs = LIST_MS,
  }: { signal?: AbortSignal; local?: readonly string[]; listMs?: number } = {},
): Promise<Endpoint | null> {
  if (llmBaseUrl !== null) {
    if (!URL.canParse(llmBaseUrl) || !/^https?:$/.test(new URL(llmBaseUrl).protocol)) {
      throw new UsageError(`llmBaseUrl is "${llmBaseUrl}": it must be a URL such as http://127.0.0.1:11434/v1`);
    }
    const baseUrl = llmBaseUrl.replace(/\/+$/, "");
    if (llmModel !== null) return { baseUrl, model: llmModel, apiKey: llmApiKey };
    return { baseUrl, model: await firstModel(baseUrl, llmApiKey, listMs, signal), apiKey: llmApiKey };
  }
  for (const baseUrl of local) {
    try {
      const model = await firstModel(baseUrl, null, LOOK_MS, signal);
      return { baseUrl, model: llmModel ?? model, apiKey: null };
    } catch (error) {
      // Nobody said that there is one here.
      signal?.throwIfAborted();
      if (!(error instanceof AnswerError || error instanceof UsageError)) throw error;
    }
  }
  return null;
}

/** The first model that the endpoint lists. */
async function firstModel(
  baseUrl: string,
  apiKey: string | null,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<string> {
  const url = `${baseUrl}/models`;
  const patience = new Patience(signal);
  patience.wait(milliseconds, `${url} did not answer within ${milliseconds / 1000} s`);
  let text: string;
  try {
    const response = await request(url, apiKey, {}, patience.signal);
    if (response.status === 404) {
      throw new UsageError(`${url} answered 404: ${baseUrl} does not list its models; name one with FERRIS_LLM_MODEL`);
    }
    if (!response.ok) throw await refusal(url, response);
    text = await response.text();
  } catch (error) {
    patience.signal.throwIfAborted();
    if (error instanceof AnswerError || error instanceof UsageError) throw error;
    throw new AnswerError(`${url} broke off: ${(error as Error).message}`, { cause: error });
  } finally {
    patience.stop();
  }
  return firstOf(text, url);
}

function firstOf(text: string, url: string): string {
  let data: unknown;
  try {
    data = (JSON.parse(text) as { data?: unknown } | null)?.data;
  } catch {
    // An HTML page, say: what follows says so.
  }
  if (!Array.isArray(data)) {
    const start = text.replace(/\s+/g, " ").trim().slice(0, 100);
    throw new AnswerError(
      `${url} did not answer with a list of models but with ${start === "" ? "nothing" : `"${start}"`}: ` +
        "check FERRIS_LLM_BASE_URL, which usually ends in /v1, or name a model with FERRIS_LLM_MODEL",
    );
  }
  const id = (data as ({ id?: unknown } | null)[])[0]?.id;
  if (typeof id === "string") return id;
  throw new UsageError(`${url} lists no models: load one in the server, or name one with FERRIS_LLM_MODEL`);
}
