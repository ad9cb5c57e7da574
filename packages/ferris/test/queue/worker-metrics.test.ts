/** What a worker tells Prometheus of the queue is of now, also at the first look. */
import { expect, onTestFinished, test, vi } from "vitest";
import { WorkerMetrics } from "../../src/server/worker-metrics.ts";

test("the queue's numbers are those of the moment, and its worker's own add up", async () => {
  const counts = { waiting: 7, running: 2, failed: 1, byPath: 0, bytes: 9, bytesLeft: 20 };
  const status = { ...counts, workers: [], tokensPerSecond: 0, secondsLeft: null };
  const metrics = new WorkerMetrics(async () => status);
  metrics.committed({ documents: 2, chunks: 5, tokens: 50, seconds: 1 });
  metrics.committed({ documents: 1, chunks: 1, tokens: 10, seconds: 1 });
  const server = await metrics.listen(0, "127.0.0.1");
  try {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    for (const line of [
      "queue_waiting 7",
      "queue_running 2",
      "queue_failed 1",
      "queue_workers 0",
      "queue_bytes 20",
      "worker_documents 3",
    ])
      expect(text).toContain(`\nferris_${line}\n`);
  } finally {
    await server.close();
  }
});

test("a database that is away costs the queue's numbers, not the worker's", async () => {
  const metrics = new WorkerMetrics(() => Promise.reject(new Error("away")));
  metrics.failed();
  expect(await metrics.text()).toContain("\nferris_worker_failures 1\n");
});

test("a database that falls silent is asked once, and waited for less long than Prometheus waits", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const silent = vi.fn<() => Promise<never>>(() => new Promise(() => {}));
  const metrics = new WorkerMetrics(silent);
  metrics.failed();
  const texts = Promise.all([metrics.text(), metrics.text()]);
  await vi.advanceTimersByTimeAsync(5_000);
  for (const text of await texts) expect(text).toContain("\nferris_worker_failures 1\n");
  expect(silent).toHaveBeenCalledTimes(1);
});
