/**
 * Cancellation for clients of 2025's protocol over HTTP: theirs is a message of its own, in another request than the one that it ends, and both
 * are answered without a memory of each other. So a client is given a session's number when it begins, which finds what it has running; nothing
 * else is kept by it. (Clients of 2026 close the connection.)
 */
import { randomUUID } from "node:crypto";

/** `parsedBody`: what the body says, where it is JSON. A handler that is not told clones the request, and Node 20's clones do not hold on to their signal. */
type Handle = (request: Request, parsedBody?: unknown) => Promise<Response>;

const sessionHeader = "mcp-session-id";

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly requestId?: unknown };
}

interface Running {
  readonly controller: AbortController;
  /** Held as long as it runs: a Request's signal no longer follows the one that it was given once the Request has been collected (Node 20). */
  readonly requests: readonly [Request, Request];
}

/** `handle` with requests that a later `notifications/cancelled` of the same session ends: its signal aborts, and no answer is sent. */
export function cancellable(handle: Handle): Handle {
  const running = new Map<string, Running>();
  return async (given) => {
    if (given.method !== "POST") return handle(given);
    const { url, method, headers, signal } = given;
    const body = await given.text();
    const request = (own: AbortSignal): Request => new Request(url, { method, headers, body, signal: own });
    const parsed = parse(body);
    const message = isMessage(parsed) ? parsed : null;
    const session = headers.get(sessionHeader);
    if (message?.method === "initialize") return withSession(await handle(request(signal), parsed));
    if (message === null || session === null) return handle(request(signal), parsed);
    if (message.method === "notifications/cancelled") {
      running.get(keyOf(session, message.params?.requestId))?.controller.abort(new Error("the client cancelled it"));
      return handle(request(signal), parsed);
    }
    if (message.id === undefined) return handle(request(signal), parsed);
    const key = keyOf(session, message.id);
    const controller = new AbortController();
    const isGone = (): void => controller.abort(signal.reason);
    if (signal.aborted) isGone();
    else signal.addEventListener("abort", isGone, { once: true });
    const own = { controller, requests: [given, request(controller.signal)] as const };
    running.set(key, own);
    const done = (): void => {
      signal.removeEventListener("abort", isGone);
      if (running.get(key) === own) running.delete(key);
    };
    try {
      return untilRead(await handle(own.requests[1], parsed), done);
    } catch (error) {
      done();
      throw error;
    }
  };
}

/** Undefined for what is not JSON. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keyOf(session: string, id: unknown): string {
  return JSON.stringify([session, id ?? null]);
}

function withSession(response: Response): Response {
  if (!response.ok) return response;
  const headers = new Headers(response.headers);
  headers.set(sessionHeader, randomUUID());
  return new Response(response.body, { status: response.status, headers });
}

/** The same response; `done` when its body has been read, or nobody will. */
function untilRead(response: Response, done: () => void): Response {
  if (response.body === null) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(stream) {
      try {
        const next = await reader.read();
        if (!next.done) return stream.enqueue(next.value);
        done();
        stream.close();
      } catch (error) {
        done();
        throw error;
      }
    },
    cancel(reason) {
      done();
      return reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}
