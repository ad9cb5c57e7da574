/**
 * Requests to the endpoint that answers: what goes wrong on the way is said in words, and no wait lasts for ever.
 *
 * Redirects are refused. Following one would send the passages, which are the user's documents, to an address that nobody named.
 */
import { AnswerError } from "../errors.ts";

/**
 * The endpoint's response, whatever its status.
 *
 * @throws AnswerError when it cannot be reached or redirects; the signal's reason when that aborts
 */
export async function request(
  url: string,
  apiKey: string | null,
  init: Pick<RequestInit, "method" | "body">,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      headers: {
        ...(init.body === undefined ? {} : { "content-type": "application/json" }),
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
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
        `${url} redirects to another address, and nothing is sent on: if you trust where it leads, set FERRIS_LLM_BASE_URL to that`,
        { cause: error },
      );
    }
    throw new AnswerError(`${url} cannot be reached: ${reason}`, { cause: error });
  }
}

/** The error for a response whose status is no success. */
export async function refusal(url: string, response: Response): Promise<AnswerError> {
  const detail = (await response.text()).replace(/\s+/g, " ").trim().slice(0, 300);
  const hint = response.status === 401 ? " (FERRIS_LLM_API_KEY is missing or wrong)" : "";
  return new AnswerError(`${url} answered ${response.status}${hint}${detail === "" ? "" : `: ${detail}`}`);
}

/** A signal that aborts when the caller's does, or when something that is waited for does not come in time. */
export class Patience {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(signal?: AbortSignal) {
    this.signal = signal ? AbortSignal.any([signal, this.#controller.signal]) : this.#controller.signal;
  }

  /** From now on, `milliseconds` until the signal aborts with an AnswerError that says `message`. */
  wait(milliseconds: number, message: string): void {
    this.stop();
    this.#timer = setTimeout(() => this.#controller.abort(new AnswerError(message)), milliseconds);
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
