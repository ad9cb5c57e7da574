/** Speaks to the server that the page came from, and to no other. Each panel has its own calls over this. */
import { apiKey, keyRefused } from "./key.ts";

/** What the server refused, in its own words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }
}

/** Nobody answered, or the answer broke off. */
export class ServerGoneError extends Error {
  override readonly name = "ServerGoneError";

  constructor(cause?: unknown) {
    super("The server does not answer. Is ferris serve still running? What is shown here is from before.", { cause });
  }
}

export interface CallOptions {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Sent as JSON, which makes it a POST. */
  readonly body?: object;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly signal?: AbortSignal;
}

/** JSON from the server. @throws ApiError for what it refuses; ServerGoneError where it cannot be reached */
export async function callJson<Answer>(path: string, options: CallOptions = {}): Promise<Answer> {
  const response = await call(path, options);
  return (await reached(response.json())) as Answer;
}

/** An answer of any kind. @throws as callJson */
export async function call(path: string, { method, body, query = {}, signal }: CallOptions = {}): Promise<Response> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const asked = fetch(`${addressOf(path)}${parameters.size > 0 ? `?${parameters.toString()}` : ""}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: { ...keyHeaders(), ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const response = await reached(asked);
  if (response.ok) return response;
  const refusal = (await response.json().catch(() => null)) as { error?: { code?: string; message?: string } } | null;
  if (response.status === 401) keyRefused.value = true;
  const { code = "unknown", message = `the server answered ${response.status}` } = refusal?.error ?? {};
  throw new ApiError(response.status, code, message);
}

/** The browser's own words for a server that is gone tell nobody anything. */
async function reached<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof TypeError ? new ServerGoneError(error) : error;
  }
}

/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Events as they come, until the server has said all. @throws as callJson, and ApiError for an event that is an error */
export async function* callEvents(path: string, options: CallOptions = {}): AsyncGenerator<ServerEvent> {
  const response = await call(path, options);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  try {
    for (;;) {
      const { done, value } = await reached(reader.read());
      if (done) return;
      const blocks = (held + value).split("\n\n");
      held = blocks.pop()!;
      for (const block of blocks) yield eventOf(block);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function eventOf(block: string): ServerEvent {
  const lines = block.split("\n");
  const field = (name: string): string =>
    lines.flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : [])).join("\n");
  const event = { event: field("event"), data: JSON.parse(field("data") || "null") as unknown };
  if (event.event !== "error") return event;
  const { code, message } = event.data as { code: string; message: string };
  throw new ApiError(500, code, message);
}

/** Below wherever the page is. */
export function addressOf(path: string): string {
  return new URL(`.${path}`, document.baseURI).href;
}

export function keyHeaders(): Record<string, string> {
  return apiKey.value === "" ? {} : { authorization: `Bearer ${apiKey.value}` };
}
