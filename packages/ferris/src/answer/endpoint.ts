/**
 * Which language model answers: an OpenAI-compatible endpoint that was named, else one that runs on this machine.
 *
 * Nothing leaves the machine unless somebody named an endpoint elsewhere: only the default ports of Ollama and LM Studio on the
 * loopback address are tried.
 */
import { AnswerError, UsageError } from "../errors.ts";
import { Deadline, refusal, request } from "./request.ts";

/** How a language model is reached. Null, or left out: the default that each field names. */
export interface EndpointSettings {
  /** Such as https://api.openai.com/v1; the /v1 may be missing. Default: look on this machine. */
  readonly baseUrl?: string | null;
  /** Default: the first model that the endpoint lists and that is not an embedding model. */
  readonly model?: string | null;
  readonly apiKey?: string | null;
  /** Default: the model's own. Some models refuse any other. */
  readonly temperature?: number | null;
  /** Seconds until the answer must have begun; 600 by default: a model on a CPU reads the passages for minutes. */
  readonly timeout?: number | null;
}

export interface Endpoint {
  /** Without a slash at the end, without credentials: safe to print. */
  readonly baseUrl: string;
  /** Tried where `baseUrl` has no such address: people leave the /v1 out. */
  readonly otherBaseUrl: string | null;
  readonly model: string;
  /** The value of the Authorization header. */
  readonly authorization: string | null;
  readonly temperature: number | null;
  readonly timeoutMs: number;
}

/** Where Ollama and LM Studio listen unless told otherwise. */
export const localEndpoints = ["http://127.0.0.1:11434/v1", "http://127.0.0.1:1234/v1"] as const;

export const defaultTimeoutSeconds = 600;

/** A local server answers at once, or is not there. */
const localListMs = 500;
/** One that was named may be far away. */
const namedListMs = 10_000;

/** Models that turn text into vectors, scores, sound or pictures, by the names they are published under. */
const notForChat =
  /embed|rerank|cross-encoder|colbert|minilm|mpnet|(?:^|[/_-])(?:bge|e5|gte|jina-(?:clip|colbert))(?:[-_]|$)|whisper|(?:^|[-_])(?:tts|asr)(?:[-_]|$)|dall-e|stable-diffusion|moderation|transcribe/i;

/**
 * The endpoint to ask, or null where none was named and none runs here.
 *
 * @throws UsageError if the base URL is not an HTTP URL
 * @throws AnswerError when a named endpoint's models cannot be listed although no model was named
 */
export async function findEndpoint(
  settings: EndpointSettings,
  {
    signal,
    local = localEndpoints,
    listMs = namedListMs,
  }: { signal?: AbortSignal; local?: readonly string[]; listMs?: number } = {},
): Promise<Endpoint | null> {
  const { baseUrl = null, model = null, apiKey = null, temperature = null, timeout } = settings;
  const common = { temperature, timeoutMs: (timeout ?? defaultTimeoutSeconds) * 1000 };
  if (baseUrl !== null) {
    const [first, other, credentials] = addressesOf(baseUrl);
    const authorization = apiKey === null ? credentials : `Bearer ${apiKey}`;
    const named = { ...common, authorization };
    if (model !== null) return { ...named, baseUrl: first, otherBaseUrl: other, model };
    const listed = await firstListed(other === null ? [first] : [first, other], authorization, listMs, signal);
    return { ...named, baseUrl: listed.baseUrl, otherBaseUrl: null, model: listed.model };
  }
  for (const address of local) {
    try {
      const listed = await firstListed([address], null, localListMs, signal);
      return { ...common, baseUrl: address, otherBaseUrl: null, model: model ?? listed.model, authorization: null };
    } catch (error) {
      // Nobody said that one runs here.
      signal?.throwIfAborted();
      if (!(error instanceof AnswerError)) throw error;
    }
  }
  return null;
}

/** The base URL as it was meant, the one to try next, and what its user name and password make of the Authorization header. */
function addressesOf(text: string): [baseUrl: string, other: string | null, authorization: string | null] {
  // Typed as one types a host: no scheme, or "host:port", which URL takes for a scheme.
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const shown = url === null || url.password === "" ? `"${text}"` : "not an HTTP URL";
    throw new UsageError(
      `the language model's base URL is ${shown}: it must be a URL such as http://127.0.0.1:11434/v1`,
    );
  }
  const { username, password } = url;
  url.username = url.password = "";
  url.hash = "";
  const baseUrl = url.href.replace(/\/(?:chat\/completions|models)\/*$/, "").replace(/\/+$/, "");
  const other = /\/v\d+\w*$/.test(new URL(baseUrl).pathname) ? null : `${baseUrl}/v1`;
  const credentials = username === "" && password === "" ? null : `${decoded(username)}:${decoded(password)}`;
  return [baseUrl, other, credentials && `Basic ${Buffer.from(credentials).toString("base64")}`];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The first of the addresses that lists models, and its first model that can chat. */
async function firstListed(
  addresses: readonly string[],
  authorization: string | null,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<{ baseUrl: string; model: string }> {
  let failure: unknown;
  for (const baseUrl of addresses) {
    try {
      return { baseUrl, model: chatModelOf(await listModels(baseUrl, authorization, milliseconds, signal), baseUrl) };
    } catch (error) {
      if (!(error instanceof NoSuchListError)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

/** The address is there and has no list of models: another base URL may have one. */
class NoSuchListError extends AnswerError {}

async function listModels(
  baseUrl: string,
  authorization: string | null,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<readonly unknown[]> {
  const url = `${baseUrl}/models`;
  const deadline = new Deadline(signal);
  deadline.start(milliseconds, `${url} did not answer within ${milliseconds / 1000} s`);
  let text: string;
  try {
    const response = await request(url, authorization, {}, deadline.signal);
    if (response.status === 404 || response.status === 405) {
      throw new NoSuchListError(`${url} answered ${response.status}: the endpoint does not list its models; name one`, {
        setting: "llmModel",
      });
    }
    if (!response.ok) throw await refusal(url, response);
    text = await response.text();
  } catch (error) {
    deadline.signal.throwIfAborted();
    if (error instanceof AnswerError) throw error;
    throw new AnswerError(`${url} broke off: ${(error as Error).message}`, { cause: error });
  } finally {
    deadline.stop();
  }
  let data: unknown;
  try {
    data = (JSON.parse(text) as { data?: unknown } | null)?.data;
  } catch {
    // An HTML page, for example: the error below quotes it.
  }
  if (Array.isArray(data)) return data;
  const start = text.replace(/\s+/g, " ").trim().slice(0, 100);
  throw new NoSuchListError(
    `${url} did not answer with a list of models but with ${start === "" ? "nothing" : `"${start}"`}: ` +
      "check the base URL, which usually ends in /v1, or name a model",
    { setting: "llmBaseUrl" },
  );
}

function chatModelOf(data: readonly unknown[], baseUrl: string): string {
  const ids = data.map((entry) => (entry as { id?: unknown } | null)?.id).filter((id) => typeof id === "string");
  const model = ids.find((id) => !notForChat.test(id));
  if (model !== undefined) return model;
  if (ids.length === 0) {
    throw new AnswerError(`${baseUrl} lists no models: load one in the server, or name one`, { setting: "llmModel" });
  }
  throw new AnswerError(
    `${baseUrl} lists no model that can chat, only ${ids.slice(0, 5).join(", ")}: load one in the server, or name one`,
    { setting: "llmModel" },
  );
}
