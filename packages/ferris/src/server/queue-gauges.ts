/** What Prometheus reads of a queue, as it is when somebody asks: from a worker, and from a server, which is there when no worker is. */
import { Gauge, type Registry } from "prom-client";
import type { QueueStatus } from "../queue/job.ts";

/** Milliseconds that the numbers of the queue are waited for: Prometheus itself waits 10 seconds, and would miss all else with them. */
const longestLook = 3_000;

export class QueueGauges {
  readonly #queue: () => Promise<QueueStatus>;
  #looking: Promise<void> | null = null;
  readonly #gauges: readonly { readonly gauge: Gauge; readonly of: (status: QueueStatus) => number }[];

  constructor(registry: Registry, queue: () => Promise<QueueStatus>) {
    this.#queue = queue;
    const gauge = (name: string, help: string, of: (status: QueueStatus) => number) => ({
      gauge: new Gauge({ name: `ferris_queue_${name}`, help, registers: [registry] }),
      of,
    });
    this.#gauges = [
      gauge("waiting", "Documents in the queue that nobody is at", ({ waiting }) => waiting),
      gauge("running", "Documents in the queue that workers have", ({ running }) => running),
      gauge("failed", "Documents that could not be indexed", ({ failed }) => failed),
      gauge("bytes", "Bytes of the documents that wait or are worked on", ({ bytesLeft }) => bytesLeft),
      gauge("workers", "Workers seen within half a minute", ({ workers }) => workers.length),
    ];
  }

  /**
   * To be awaited before the registry is read: it reads all gauges at once, and would have the numbers of the time before. Those it has where the
   * database does not answer in time; whoever asks meanwhile waits for the same answer.
   */
  async look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => (this.#looking = null));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, longestLook)));
    await Promise.race([this.#looking, late]);
    clearTimeout(timer);
  }

  async #read(): Promise<void> {
    const status = await this.#queue().catch(() => null);
    if (status !== null) for (const { gauge, of } of this.#gauges) gauge.set(of(status));
  }
}
