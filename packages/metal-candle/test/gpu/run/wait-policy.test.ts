/** When a batch's results are asked for: the clock is vitest's, the device a function of tokens. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WaitPolicy } from "../../../src/gpu/run/wait-policy.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

/**
 * Runs one batch that takes `milliseconds` on the device; `hostBusy` passes before anything is asked, and results take `delivery` to
 * arrive when they are there.
 */
async function runBatch(policy: WaitPolicy, tokens: number, milliseconds: number, hostBusy = 0, delivery = 0) {
  const began = performance.now();
  const flight = policy.submitted(tokens);
  vi.advanceTimersByTime(hostBusy);
  const sleep = policy.sleep(flight);
  await vi.runAllTimersAsync();
  await sleep;
  const asked = performance.now();
  const slept = asked - began - hostBusy;
  vi.advanceTimersByTime(Math.max(delivery, began + milliseconds - asked));
  policy.completed(flight, asked);
  return { slept, late: performance.now() - began - milliseconds };
}

test("sleeps through most of a long batch, and never past its end, once it has seen two", async () => {
  const policy = new WaitPolicy();
  expect((await runBatch(policy, 4096, 200)).slept).toBe(0);
  expect((await runBatch(policy, 4096, 200)).slept).toBeGreaterThan(20);
  for (let i = 0; i < 5; i++) {
    const { slept, late } = await runBatch(policy, 4096, 200);
    expect(slept).toBeGreaterThan(190);
    expect(late).toBe(0);
  }
});

test("does not sleep for short batches", async () => {
  const policy = new WaitPolicy();
  for (let i = 0; i < 5; i++) expect((await runBatch(policy, 16_384, 6)).slept).toBe(0);
});

test("a host that was busy does not teach it to sleep", async () => {
  const policy = new WaitPolicy();
  let slept = 0;
  for (let i = 0; i < 20; i++) slept = (await runBatch(policy, 4096, 1, 30)).slept;
  expect(slept).toBe(0);
  // And once the host is free, the first batches come back at once.
  for (let i = 0; i < 5; i++) expect((await runBatch(policy, 4096, 1)).late).toBe(0);
});

test("comes back from having slept too long: a device that got faster", async () => {
  const policy = new WaitPolicy();
  for (let i = 0; i < 2; i++) await runBatch(policy, 4096, 400);
  const delays: number[] = [];
  for (let i = 0; i < 12; i++) delays.push((await runBatch(policy, 4096, 20)).late);
  expect(delays[0]).toBeGreaterThan(300);
  expect(delays.slice(8).every((late) => late === 0)).toBe(true);
});

test("queries, which are mostly overhead, say nothing of what a large batch takes", async () => {
  const policy = new WaitPolicy();
  for (let i = 0; i < 50; i++) await runBatch(policy, 24, 0.7);
  expect((await runBatch(policy, 16_384, 1.5)).late).toBe(0);
  for (let i = 0; i < 50; i++) await runBatch(policy, 24, 0.7);
  expect((await runBatch(policy, 16_384, 1.5)).late).toBe(0);
});

test("bounds a submit by what was measured, also while the host is too busy to measure", async () => {
  const policy = new WaitPolicy();
  expect(policy.tokensWithin(50)).toBe(Infinity);
  await runBatch(policy, 4096, 40);
  expect(policy.tokensWithin(50)).toBe(5120);
  for (let i = 0; i < 20; i++) await runBatch(policy, 4096, 40, 60);
  expect(policy.tokensWithin(50)).toBeGreaterThan(3000);
  expect(policy.tokensWithin(50)).toBeLessThanOrEqual(5200);
});

test("a delivery that was late does not loosen the bound, and a device that got slower tightens it", async () => {
  const policy = new WaitPolicy();
  for (let i = 0; i < 6; i++) await runBatch(policy, 1024, 71.7);
  expect(policy.tokensWithin(50)).toBe(714);
  expect(policy.milliseconds(2048)).toBeCloseTo(143.4);
  // Two in flight: the first one's end is seen late, so that the second looks as if it had taken no time.
  const first = policy.submitted(1024);
  const second = policy.submitted(1024);
  vi.advanceTimersByTime(143);
  const asked = performance.now();
  vi.advanceTimersByTime(1);
  policy.completed(first, asked);
  const askedAgain = performance.now();
  vi.advanceTimersByTime(1);
  policy.completed(second, askedAgain);
  expect(policy.tokensWithin(50)).toBe(714);
  for (let i = 0; i < 8; i++) await runBatch(policy, 1024, 143.4);
  expect(policy.tokensWithin(50)).toBe(357);
});

test("knows nothing of a batch's length before one came back", () => {
  expect(new WaitPolicy().milliseconds(512)).toBeNull();
});

test("a stall now and then, or the first batch's warm-up, sends no batch to sleep", async () => {
  const policy = new WaitPolicy();
  const first = await runBatch(policy, 8192, 40);
  expect(first.slept + first.late).toBe(0);
  for (let i = 0; i < 20; i++) {
    const { slept, late } = await runBatch(policy, 8192, i % 6 === 4 ? 40 : 2);
    // Of the warm-up a fifth is believed, once.
    expect(slept).toBeLessThanOrEqual(i === 0 ? 3 : 0);
    expect(late).toBeLessThanOrEqual(i === 0 ? 1 : 0);
  }
});

test("slow delivery after a sleep that was too long is not taken for a slow device", async () => {
  const policy = new WaitPolicy();
  for (let i = 0; i < 6; i++) await runBatch(policy, 8192, 60, 0, 1);
  let last = Infinity;
  for (let i = 0; i < 16; i++) last = (await runBatch(policy, 8192, 3, 0, 1)).late;
  expect(last).toBeLessThanOrEqual(1);
});

/**
 * Several batches in flight on a device that takes them in turn; resolves to how late each was seen after its end, and how long its
 * results were asked for in vain while the device computed it: the time that Dawn would have spun.
 */
async function runInFlight(policy: WaitPolicy, durations: readonly number[], inFlight = 2) {
  const late: number[] = [];
  const spun: number[] = [];
  let deviceFree = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < durations.length) {
      const place = next++;
      const flight = policy.submitted(4096);
      const end = (deviceFree = Math.max(deviceFree, performance.now()) + durations[place]);
      await policy.sleep(flight);
      const asked = performance.now();
      spun[place] = Math.max(0, Math.min(end - asked, durations[place]));
      await new Promise((resolve) => setTimeout(resolve, Math.max(0.1, end - asked)));
      policy.completed(flight, asked);
      late[place] = performance.now() - end;
    }
  };
  const workers = Promise.all(Array.from({ length: inFlight }, worker));
  await vi.runAllTimersAsync();
  await workers;
  return { late, spun };
}

const steady = (count: number, milliseconds: number): number[] => Array.from({ length: count }, () => milliseconds);

test("with several in flight, no batch is slept past its end, after one that was late neither", async () => {
  for (const inFlight of [2, 3]) {
    const policy = new WaitPolicy();
    const stalled = [...steady(10, 100), 700, ...steady(10, 100)];
    for (const { late, spun } of [
      await runInFlight(policy, stalled, inFlight),
      await runInFlight(policy, stalled, inFlight),
    ]) {
      expect(Math.max(...late)).toBeLessThan(1);
      expect(
        spun
          .slice(4, 10)
          .concat(spun.slice(14))
          .every((milliseconds) => milliseconds < 10),
      ).toBe(true);
    }
  }
});

test("with several in flight, a device that got faster is followed at once", async () => {
  const policy = new WaitPolicy();
  await runInFlight(policy, steady(6, 300));
  const { late } = await runInFlight(policy, steady(14, 100));
  expect(late[0]).toBeGreaterThan(100);
  expect(Math.max(...late.slice(6))).toBeLessThan(1);
});

test("a batch that never comes back holds up no other", async () => {
  const policy = new WaitPolicy();
  await runInFlight(policy, steady(5, 100));
  policy.abandoned(policy.submitted(4096));
  expect(Math.max(...(await runInFlight(policy, steady(5, 100))).late)).toBeLessThan(1);
});
