/** What a worker tells Prometheus, and whether it lives: on a port of its own, where one was asked for. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Counter, Registry } from "prom-client";
import type { QueueStatus } from "../queue/job.ts";
import { QueueGauges } from "./queue-gauges.ts";

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #documents = this.#counter("ferris_worker_documents", "Documents that this worker committed");
  readonly #chunks = this.#counter("ferris_worker_chunks", "Chunks that this worker committed");
  readonly #tokens = this.#counter("ferris_worker_tokens", "Tokens of those chunks");
  readonly #seconds = this.#counter("ferris_worker_seconds", "Seconds from claim to commit, summed over transactions");
  readonly #failed = this.#counter("ferris_worker_failures", "Documents that could not be indexed");
  readonly #lost = this.#counter("ferris_worker_lost", "Documents that others took over from this worker");

  readonly #queue: QueueGauges;

  /** @param queue looked at when somebody asks */
  constructor(queue: () => Promise<QueueStatus>) {
    this.#queue = new QueueGauges(this.#registry, queue);
  }

  /** What Prometheus reads, the queue as it is now. */
  async text(): Promise<string> {
    await this.#queue.look();
    return this.#registry.metrics();
  }

  committed({
    documents,
    chunks,
    tokens,
    seconds,
  }: {
    documents: number;
    chunks: number;
    tokens: number;
    seconds: number;
  }): void {
    this.#documents.inc(documents);
    this.#chunks.inc(chunks);
    this.#tokens.inc(tokens);
    this.#seconds.inc(seconds);
  }

  failed(): void {
    this.#failed.inc();
  }

  lost(count: number): void {
    this.#lost.inc(count);
  }

  async listen(port: number, host: string): Promise<MetricsServer> {
    const server = createServer((request, response) => {
      const answer = async (): Promise<void> => {
        if (request.url === "/healthz") response.end("ok\n");
        else if (request.url === "/metrics") {
          response.setHeader("content-type", this.#registry.contentType);
          response.end(await this.text());
        } else response.writeHead(404).end();
      };
      answer().catch(() => response.writeHead(500).end());
    });
    await new Promise<void>((listening, failed) => {
      server.once("error", failed);
      server.listen(port, host, listening);
    });
    server.unref();
    const { address, port: given } = server.address() as AddressInfo;
    return {
      url: `http://${address.includes(":") ? `[${address}]` : address}:${given}`,
      close: () => new Promise((closed) => server.close(() => closed())),
    };
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.#registry] });
  }
}
