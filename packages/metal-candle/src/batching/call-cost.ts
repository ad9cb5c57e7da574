/** What a call cost: its tokens, and where its time went. Device-free. */

/** Times are milliseconds, each the mean over the call's texts, which wait for one another and share batches. */
export interface CallCost {
  /** Of all texts, special tokens and prompts included, after truncation. */
  readonly tokens: number;
  /** Turning a text into ids, where the calling thread does it. */
  readonly tokenization: number;
  /** From the call until the text's batch went to the device, tokenisation left out. */
  readonly queue: number;
  /** From there until its rows were back. */
  readonly inference: number;
}

/** Adds up a call's times while its batches run. */
export class Stopwatch {
  readonly #started = performance.now();
  #tokenizing = 0;
  #waiting = 0;
  #computing = 0;

  /** Some of the texts were tokenised. */
  tokenized(milliseconds: number): void {
    this.#tokenizing += milliseconds;
  }

  /** A text's batch went to the device at `sent`, and its rows were back at `received`. */
  computed(sent: number, received: number): void {
    this.#waiting += sent - this.#started;
    this.#computing += received - sent;
  }

  cost(tokenCounts: Int32Array): CallCost {
    const share = 1 / Math.max(tokenCounts.length, 1);
    const tokenization = this.#tokenizing * share;
    return {
      tokens: tokenCounts.reduce((sum, count) => sum + count, 0),
      tokenization,
      queue: Math.max(0, this.#waiting * share - tokenization),
      inference: this.#computing * share,
    };
  }
}

/** Of all texts of several requests. */
export function meanCost(
  requests: readonly { readonly cost: CallCost; readonly texts: readonly string[] }[],
): CallCost {
  const texts = requests.reduce((sum, request) => sum + request.texts.length, 0);
  const mean = (of: (cost: CallCost) => number): number =>
    requests.reduce((sum, request) => sum + (of(request.cost) * request.texts.length) / Math.max(texts, 1), 0);
  return {
    tokens: requests.reduce((sum, { cost }) => sum + cost.tokens, 0),
    tokenization: mean((cost) => cost.tokenization),
    queue: mean((cost) => cost.queue),
    inference: mean((cost) => cost.inference),
  };
}
