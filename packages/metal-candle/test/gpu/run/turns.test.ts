/** Turns on a device: work goes into gaps between batches, or holds batches back for a moment; nobody runs beside it. */
import { expect, test } from "vitest";
import { Turns } from "../../../src/gpu/run/turns.ts";

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** A device that takes so long for a batch, and notices what runs beside what. */
function device(turns: Turns) {
  let batches = 0;
  let works = 0;
  return {
    /** Batches and pieces of work that are over. */
    done: 0,
    worked: 0,
    async batch(this: { done: number }, milliseconds: number): Promise<void> {
      await turns.enter();
      batches += 1;
      expect(works).toBe(0);
      await sleep(milliseconds);
      batches -= 1;
      this.done += 1;
      turns.leave();
    },
    async work(this: { worked: number }, milliseconds: number): Promise<void> {
      expect([batches, works]).toEqual([0, 0]);
      works += 1;
      await sleep(milliseconds);
      works -= 1;
      this.worked += 1;
    },
  };
}

test("on an idle device work runs at once, and a batch waits for what has begun, not for what follows", async () => {
  const turns = new Turns();
  const machine = device(turns);
  const working = (async () => {
    for (let i = 0; i < 10; i++) await turns.lend(() => machine.work(20));
  })();
  await sleep(5);
  const before = machine.worked;
  await machine.batch(1);
  expect(machine.worked - before).toBeLessThanOrEqual(1);
  await working;
  // It is given back at the next turn of the loop.
  await sleep(5);
  expect(turns.enter()).toBeNull();
});

test("batches without gaps are held back now and then, so that work gets on, and go on afterwards", async () => {
  const turns = new Turns();
  const machine = device(turns);
  let isOver = false;
  const stream = async (): Promise<void> => {
    while (!isOver) await machine.batch(8);
  };
  const streams = [stream(), stream()];
  for (let i = 0; i < 5; i++) await turns.lend(() => machine.work(3));
  const before = machine.done;
  await expect.poll(() => machine.done).toBeGreaterThan(before + 4);
  isOver = true;
  await Promise.all(streams);
});

test("work that fails gives the device back", async () => {
  const turns = new Turns();
  await expect(turns.lend(async () => Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  await turns.enter();
  turns.leave();
  expect(turns.enter()).toBeNull();
});
