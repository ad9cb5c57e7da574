/**
 * Requests to the endpoint that answers: what goes wrong on the way is said in words, and no wait is unbounded.
 *
 * Redirects are refused. Following one would send the passages, which are the user's documents, to an address that nobody named.
 */
import { AnswerError } from "../errors.ts";

/** The most of a refusal's body that is read: an error page of a gigabyte is still an error page. */
const longestRefusal = 64 * 1024;

/**
 * The endpoint's response, whatever its status.
 *
 * @throws AnswerError when it cannot be reached or redirects; the signal's reason when that aborts
 */
export async function request(
  url: string,
  authorization: string | null,
  init: Pick<RequestInit, "method" | "body">,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      headers: {
        ...(init.body === undefined ? {} : { "content-type": "application/json" }),
        ...(authorization === null ? {} : { authorization }),
      },
      redirect: "error",
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    const { cause } = error as Error;
    const reason = cause instanceof Error ? reasonOf(cause) : (error as Error).message;
    if (/redirect/i.test(reason)) {
      throw new AnswerError(
        `${url} redirects to another address, and nothing is sent on: if you trust where it leads, set the base URL to that`,
        { cause: error, setting: "llmBaseUrl" },
      );
    }
    throw new AnswerError(`${url} cannot be reached: ${reason}`, { cause: error });
  }
}

/** The error for a response whose status is not a success. Reads its body. */
export async function refusal(url: string, response: Response): Promise<RefusalError> {
  return new RefusalError(url, response.status, await bodyOf(response));
}

/** The endpoint answered with a status that is not a success. */
export class RefusalError extends AnswerError {
  readonly status: number;
  /** The start of its body, on one line. */
  readonly detail: string;
  /** Whether the body is an API's JSON rather than a page or nothing. */
  readonly fromApi: boolean;
  constructor(url: string, status: number, body: string) {
    const detail = body.replace(/\s+/g, " ").trim();
    const hint = status === 401 ? " (the API key is missing or wrong)" : "";
    const shown = detail.slice(0, 300);
    super(`${url} answered ${status}${hint}${shown === "" ? "" : `: ${shown}`}`, {
      setting: status === 401 ? "llmApiKey" : undefined,
    });
    this.status = status;
    this.detail = detail;
    this.fromApi = isApiError(body);
  }
}

function isApiError(body: string): boolean {
  try {
    const value = JSON.parse(body) as { error?: unknown; detail?: unknown; message?: unknown } | null;
    return typeof value === "object" && value !== null && ("error" in value || "message" in value);
  } catch {
    return false;
  }
}

async function bodyOf(response: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const block of response.body ?? []) {
    text += decoder.decode(block as Uint8Array, { stream: true });
    if (text.length > longestRefusal) break;
  }
  return text;
}

/** A signal that aborts when the caller's does, or when something that is waited for does not come in time. */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(signal?: AbortSignal) {
    this.signal = signal ? AbortSignal.any([signal, this.#controller.signal]) : this.#controller.signal;
  }

  /** From now on, `milliseconds` until the signal aborts with an AnswerError that says `message`. */
  start(milliseconds: number, message: string): void {
    this.stop();
    const late = (): void => this.#controller.abort(new AnswerError(message, { setting: "llmTimeout" }));
    // Node takes a longer one for a millisecond.
    this.#timer = setTimeout(late, Math.min(milliseconds, 2 ** 31 - 1));
  }

  /** It came. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** A host with several addresses fails with one error for each, and no message of its own. */
function reasonOf(cause: Error): string {
  if (cause.message !== "" || !(cause instanceof AggregateError)) return cause.message;
  return cause.errors.map((error) => (error as Error).message).join("; ");
}
