/**
 * MCP over standard input and output, ending when the input has ended and every request that came with it has been answered. The SDK's own transport
 * gives up what is under way as soon as the input ends, so that `printf REQUEST | ferris mcp` would get no answer.
 */
import { Readable, type Writable } from "node:stream";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";

type Id = string | number;

/** Held open until the connection ends, so nobody waits for its answer. */
const subscription = "subscriptions/listen";

export class AnsweringTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Resolves when nothing more will be read or answered. */
  readonly closed: Promise<void>;

  readonly #stdio: StdioServerTransport;
  readonly #unanswered = new Set<Id>();
  /** Called when the last of them is answered; null until the input has ended. */
  #onAnswered: (() => void) | null = null;

  constructor(input: Readable, output: Writable) {
    // Each block is read only when the one before it has been taken in: at the end all of them have.
    this.#stdio = new StdioServerTransport(Readable.from(this.#untilAnswered(input)), output);
    this.closed = new Promise((resolve) => {
      Object.assign(this.#stdio, {
        onerror: (error: Error) => this.onerror?.(error),
        onmessage: (message: JSONRPCMessage) => {
          this.#received(message);
          this.onmessage?.(message);
        },
        onclose: () => {
          this.onclose?.();
          resolve();
        },
      });
    });
  }

  start(): Promise<void> {
    return this.#stdio.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    try {
      await this.#stdio.send(message);
    } finally {
      if (!("method" in message) && message.id !== undefined) this.#settle(message.id);
    }
  }

  close(): Promise<void> {
    return this.#stdio.close();
  }

  async *#untilAnswered(input: Readable): AsyncGenerator<Uint8Array> {
    yield* input as AsyncIterable<Uint8Array>;
    if (this.#unanswered.size > 0) await new Promise<void>((resolve) => (this.#onAnswered = resolve));
  }

  #received(message: JSONRPCMessage): void {
    if (!("method" in message)) return;
    if ("id" in message) {
      if (message.method !== subscription) this.#unanswered.add(message.id);
    } else if (message.method === "notifications/cancelled") {
      // What is cancelled is not answered.
      this.#settle(message.params?.requestId as Id);
    }
  }

  #settle(id: Id): void {
    this.#unanswered.delete(id);
    if (this.#unanswered.size === 0) this.#onAnswered?.();
  }
}
