/**
 * Prometheus metrics, under the names of text-embeddings-inference: dashboards for those exist. What it does not have is `ferris_…`.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { BatchNotice, CallCost } from "../engine.ts";
import type { QueueStatus } from "../queue/job.ts";
import type { Admission } from "./admission.ts";
import type { ServedModels } from "./models.ts";
import { QueueGauges } from "./queue-gauges.ts";

const buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];
/** Of parts of a request, many of which take less than a millisecond. */
const partBuckets = [0.0001, 0.0003, ...buckets];
const batchSizes = Array.from({ length: 15 }, (_, power) => 2 ** power);
const batchTokens = Array.from({ length: 14 }, (_, power) => 8 * 2 ** power);
const lengths = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192];

type CostHistograms = Readonly<Record<"tokenization" | "queue" | "inference", Histogram>>;

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = this.#counter("te_request_count", "Requests, by method", ["method"]);
  readonly #successes = this.#counter("te_request_success", "Requests that were answered, by method", ["method"]);
  readonly #failures = this.#counter("te_request_failure", "Requests that were refused or failed, by kind", ["err"]);
  readonly #duration = this.#histogram("te_request_duration", "Seconds from the request to its answer", buckets);
  readonly #length = this.#histogram("te_request_input_length", "Tokens of each text", lengths);
  readonly #parts = this.#costs("te_request", "Seconds of each request, the mean of its texts");
  readonly #embedParts = this.#costs("te_embed", "Seconds of each text that was embedded, its request's mean");
  readonly #predictParts = this.#costs(
    "te_predict",
    "Seconds of each text or pair that was scored, its request's mean",
  );
  readonly #embedDuration = this.#histogram("te_embed_duration", "Seconds of each text that was embedded", buckets);
  readonly #predictDuration = this.#histogram("te_predict_duration", "Seconds of each text that was scored", buckets);
  readonly #batchSize = this.#histogram("te_batch_next_size", "Texts of each batch", batchSizes);
  readonly #batchTokens = this.#histogram("te_batch_next_tokens", "Tokens of each batch", batchTokens);
  readonly #texts = this.#counter("te_embed_count", "Texts that were embedded", []);
  readonly #embedded = this.#counter("te_embed_success", "Texts that were embedded", []);
  readonly #classified = this.#counter("te_predict_count", "Texts and pairs that a reranker scored", []);
  readonly #predicted = this.#counter("te_predict_success", "Texts and pairs that a reranker scored", []);
  readonly #truncated = this.#counter("ferris_truncated_texts", "Texts that were cut to the model's length", []);

  readonly #queue: QueueGauges | null;

  /** @param queue of the index that is in a PostgreSQL, looked at when somebody asks; null where there is none */
  constructor(admission: Admission, models: ServedModels, queue: (() => Promise<QueueStatus>) | null = null) {
    this.#queue = queue && new QueueGauges(this.#registry, queue);
    const gauge = (name: string, help: string, value: () => number): void => {
      const registers = [this.#registry];
      const collect = function (this: Gauge): void {
        this.set(value());
      };
      // The registry keeps it.
      void new Gauge({ name, help, registers, collect });
    };
    gauge("te_queue_size", "Requests that were let in and are not answered yet", () => admission.requests);
    gauge("ferris_waiting_texts", "Texts of those requests", () => admission.texts);
    const stats = () => models.embedding.flatMap(({ loaded }) => loaded?.stats() ?? []);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
    gauge("ferris_models_loaded", "Embedding models in memory", () => stats().length);
    gauge("ferris_batches", "Batches that the models in memory have run", () =>
      sum(stats().map((each) => each.batches)),
    );
    gauge("ferris_gpu_buffers", "Buffers on the GPU", () => sum(stats().map((each) => each.gpu?.gpuBuffers ?? 0)));
    gauge("process_resident_memory_bytes", "Resident memory", () => process.memoryUsage.rss());
    gauge("process_uptime_seconds", "Seconds since the process started", () => process.uptime());
  }

  /** A request that ended. `failure` is the kind of refusal, null for an answer. */
  request(method: string, seconds: number, failure: string | null): void {
    this.#requests.inc({ method });
    this.#duration.observe(seconds);
    if (failure === null) this.#successes.inc({ method });
    else this.#failures.inc({ err: failure });
  }

  /** Texts that were embedded. */
  texts(tokenCounts: ArrayLike<number>, truncated: number, cost: CallCost): void {
    for (let i = 0; i < tokenCounts.length; i++) this.#length.observe(tokenCounts[i]!);
    this.#texts.inc(tokenCounts.length);
    this.#embedded.inc(tokenCounts.length);
    this.#truncated.inc(truncated);
    observe(this.#parts, cost);
    for (let i = 0; i < tokenCounts.length; i++) this.#embedDuration.observe(observe(this.#embedParts, cost));
  }

  /** Texts and pairs that a reranker scored. */
  predicted(texts: number, cost: CallCost): void {
    this.#classified.inc(texts);
    this.#predicted.inc(texts);
    observe(this.#parts, cost);
    for (let i = 0; i < texts; i++) this.#predictDuration.observe(observe(this.#predictParts, cost));
  }

  /** A batch that went to a device. */
  batch({ texts, tokens }: BatchNotice): void {
    this.#batchSize.observe(texts);
    this.#batchTokens.observe(tokens);
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    await this.#queue?.look();
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #costs(prefix: string, whose: string): CostHistograms {
    const part = (name: string, what: string): Histogram =>
      this.#histogram(`${prefix}_${name}_duration`, `${whose}: ${what}`, partBuckets);
    return {
      tokenization: part("tokenization", "turning a text into tokens"),
      queue: part("queue", "waiting for the device"),
      inference: part("inference", "on the device, with the other texts of the batch"),
    };
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, bounds: number[]): Histogram {
    return new Histogram({ name, help, buckets: bounds, registers: [this.#registry] });
  }
}

/** Returns the seconds of all parts together. */
function observe(histograms: CostHistograms, cost: CallCost): number {
  let sum = 0;
  for (const part of ["tokenization", "queue", "inference"] as const) {
    histograms[part].observe(cost[part] / 1000);
    sum += cost[part] / 1000;
  }
  return sum;
}
