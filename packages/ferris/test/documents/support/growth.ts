/** Whether time grows with the size or with its square: hostile files double what makes parsers slow. */
import { expect } from "vitest";

/** Runs `parse` on a small and on a four times larger input. The best of several tries counts: machines are busy. */
export async function expectLinear(name: string, small: number, parse: (count: number) => unknown): Promise<void> {
  const once = async (count: number) => {
    // Of the processor, not by the clock: other tests run beside this one.
    const started = process.cpuUsage();
    await parse(count);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  };
  let few = await once(small);
  let many = await once(4 * small);
  // The square would be sixteen times as much.
  for (let tries = 0; tries < 3 && many > 300 + 9 * few; tries++) {
    few = Math.max(few, await once(small));
    many = Math.min(many, await once(4 * small));
  }
  expect(many, name).toBeLessThan(300 + 9 * few);
}
