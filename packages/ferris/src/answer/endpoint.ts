/**
 * Which language model answers: an OpenAI-compatible endpoint that was named, else one that runs on this machine.
 *
 * Nothing leaves the machine unless somebody named an endpoint elsewhere: only the default ports of Ollama and LM Studio on the
 * loopback address are tried.
 */
import { UsageError } from "../errors.ts";

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

/**
 * The endpoint to ask, or null where none was named and none runs here.
 *
 * @throws UsageError for a base URL that is none, or one whose models cannot be listed while no model was named
 */
export async function findEndpoint(
  { llmBaseUrl, llmModel, llmApiKey }: EndpointSettings,
  { signal, local = localEndpoints }: { signal?: AbortSignal; local?: readonly string[] } = {},
): Promise<Endpoint | null> {
  if (llmBaseUrl !== null) {
    if (!URL.canParse(llmBaseUrl) || !/^https?:$/.test(new URL(llmBaseUrl).protocol)) {
      throw new UsageError(`llmBaseUrl is "${llmBaseUrl}": it must be a URL such as http://127.0.0.1:11434/v1`);
    }
    const baseUrl = llmBaseUrl.replace(/\/+$/, "");
    if (llmModel !== null) return { baseUrl, model: llmModel, apiKey: llmApiKey };
    const model = await firstModel(baseUrl, llmApiKey, 10_000, signal);
    if (model !== null) return { baseUrl, model, apiKey: llmApiKey };
    throw new UsageError(`${baseUrl} does not list its models: name one with FERRIS_LLM_MODEL`);
  }
  for (const baseUrl of local) {
    const model = await firstModel(baseUrl, null, LOOK_MS, signal);
    if (model !== null) return { baseUrl, model: llmModel ?? model, apiKey: null };
  }
  return null;
}

/** The first model that the endpoint lists; null where there is no endpoint, or it lists none. */
async function firstModel(
  baseUrl: string,
  apiKey: string | null,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const timeout = AbortSignal.timeout(milliseconds);
  try {
    const response = await fetch(`${baseUrl}/models`, {
      headers: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    if (!response.ok) return null;
    const { data } = (await response.json()) as { data?: { id?: unknown }[] };
    const id = data?.[0]?.id;
    return typeof id === "string" ? id : null;
  } catch {
    signal?.throwIfAborted();
    return null;
  }
}
