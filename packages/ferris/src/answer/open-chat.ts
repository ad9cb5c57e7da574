/**
 * Sends a chat request until a server takes it: at the base URL or its /v1, without what it refuses, again where it is busy.
 */
import { AnswerError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ChatMessage } from "./prompt.ts";
import { refusal, type RefusalError, request } from "./request.ts";

export interface SendOptions {
  /** Told before each wait for a server that is busy or loading its model. */
  readonly onWait?: (message: string) => void;
  /** The first wait where the server names none; each further one is twice as long. */
  readonly firstWaitMs?: number;
}

/** Statuses that pass: too many requests; unavailable, as while a model is loaded; overloaded. */
const passing = new Set([429, 503, 529]);
const mostRepetitions = 4;
/** A server that asks for more patience than this is not waited for: the reader decides. */
const longestWaitMs = 60_000;

interface ChatBody {
  model: string;
  messages: readonly ChatMessage[];
  stream: boolean;
  temperature?: number;
}

/**
 * The response that holds the answer, its status a success.
 *
 * @throws AnswerError when the endpoint cannot be reached or refuses for good; the signal's reason when that aborts
 */
export async function openChat(
  endpoint: Endpoint,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
  { onWait, firstWaitMs = 1000 }: SendOptions = {},
): Promise<{ response: Response; url: string; baseUrl: string }> {
  const { model, authorization, temperature } = endpoint;
  let body: ChatBody = { model, messages, stream: true, ...(temperature === null ? {} : { temperature }) };
  const addresses = [endpoint.baseUrl, ...(endpoint.otherBaseUrl === null ? [] : [endpoint.otherBaseUrl])];
  let repetitions = 0;
  let first: RefusalError | null = null;
  for (;;) {
    const baseUrl = addresses[0]!;
    const url = `${baseUrl}/chat/completions`;
    const response = await request(url, authorization, { method: "POST", body: JSON.stringify(body) }, signal);
    const elsewhere = addresses.length > 1;
    // A server's front page answers anything with 200.
    const isPage = elsewhere && (response.headers.get("content-type") ?? "").startsWith("text/html");
    if (response.ok && !isPage) return { response, url, baseUrl };
    const refused = await refusal(url, response);
    const missing = isPage || ((refused.status === 404 || refused.status === 405) && !refused.fromApi);
    if (missing && elsewhere) {
      first = refused;
      addresses.shift();
      continue;
    }
    if (missing && first !== null) {
      throw new AnswerError(`${first.message}; and ${refused.message}: check the base URL, which usually ends in /v1`, {
        setting: "llmBaseUrl",
      });
    }
    if (refused.status === 404 && !refused.fromApi) {
      throw new AnswerError(`${refused.message}: check the base URL, which usually ends in /v1`, {
        setting: "llmBaseUrl",
      });
    }
    const smaller = withoutRefused(body, refused);
    if (smaller !== null) {
      body = smaller;
      continue;
    }
    const wait = passing.has(refused.status) ? waitOf(response, firstWaitMs * 2 ** repetitions) : null;
    if (wait === null || repetitions === mostRepetitions) throw refused;
    if (wait > longestWaitMs) {
      throw new AnswerError(`${refused.message} (it asks to wait ${Math.ceil(wait / 1000)} s: ask again then)`);
    }
    repetitions++;
    onWait?.(`${baseUrl} answered ${refused.status}; asking again in ${Math.ceil(wait / 1000)} s`);
    await pause(wait, signal);
  }
}

/** The request without what the refusal complains of; null where it complains of nothing that can be left out. */
function withoutRefused(body: ChatBody, { status, detail }: RefusalError): ChatBody | null {
  if (status !== 400 && status !== 422 && status !== 500) return null;
  if (body.temperature !== undefined && /temperature/i.test(detail)) {
    const { temperature: _refused, ...rest } = body;
    return rest;
  }
  const [system, ...others] = body.messages;
  if (system?.role === "system" && /system|roles? must alternate|unsupported role|unknown role/i.test(detail)) {
    const [next, ...later] = others;
    return { ...body, messages: [{ role: "user", content: `${system.content}\n\n${next!.content}` }, ...later] };
  }
  if (body.stream && /\bstream/i.test(detail)) return { ...body, stream: false };
  return null;
}

/** Milliseconds that the server asks to wait, else `otherwise`. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
function waitOf({ headers }: Response, otherwise: number): number {
  const exact = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (exact >= 0) return exact;
  const after = headers.get("retry-after");
  if (after === null) return otherwise;
  const wait = /^\s*\d+(?:\.\d+)?\s*$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : otherwise;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    function stop(): void {
      clearTimeout(timer);
      reject(signal.reason as Error);
    }
    signal.addEventListener("abort", stop, { once: true });
  });
}
