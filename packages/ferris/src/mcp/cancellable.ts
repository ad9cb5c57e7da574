/**
 * Cancellation for clients of 2025's protocol over HTTP: theirs is a message of its own, in another request than the one that it ends, and both
 * are answered without a memory of each other. So a client is given a session's number when it begins, which finds what it has running; nothing
 * else is kept by it. (Clients of 2026 close the connection.)
 */
import { randomUUID } from "node:crypto";

type Handle = (request: Request) => Promise<Response>;

const sessionHeader = "mcp-session-id";

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly requestId?: unknown };
}

/** `handle` with requests that a later `notifications/cancelled` of the same session ends: its signal aborts, and no answer is sent. */
export function cancellable(handle: Handle): Handle {
  const running = new Map<string, AbortController>();
  return async (given) => {
    if (given.method !== "POST") return handle(given);
    const { url, method, headers, signal } = given;
    const body = await given.text();
    const request = (own: AbortSignal): Request => new Request(url, { method, headers, body, signal: own });
    const message = messageIn(body);
    const session = headers.get(sessionHeader);
    if (message?.method === "initialize") return withSession(await handle(request(signal)));
    if (message === null || session === null) return handle(request(signal));
    if (message.method === "notifications/cancelled") {
      running.get(keyOf(session, message.params?.requestId))?.abort(new Error("the client cancelled it"));
      return handle(request(signal));
    }
    if (message.id === undefined) return handle(request(signal));
    const key = keyOf(session, message.id);
    const controller = new AbortController();
    running.set(key, controller);
    const done = (): void => {
      if (running.get(key) === controller) running.delete(key);
    };
    try {
      return untilRead(await handle(request(AbortSignal.any([signal, controller.signal]))), done);
    } catch (error) {
      done();
      throw error;
    }
  };
}

function messageIn(body: string): Message | null {
  try {
    const message: unknown = JSON.parse(body);
    return typeof message === "object" && message !== null && !Array.isArray(message) ? message : null;
  } catch {
    return null;
  }
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
