/** Waiting for a promise or a signal, whichever comes first, without leaving anything on the signal. */
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { orAborted } from "../../src/indexing/or-aborted.ts";

test("gives what the promise comes to, and leaves no listener", async () => {
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i++) expect(await orAborted(Promise.resolve(i), signal)).toBe(i);
  await expect(orAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("gives the signal's reason as soon as it is aborted, before or while waiting", async () => {
  const stop = new AbortController();
  const never = new Promise<number>(() => {});
  const waiting = orAborted(never, stop.signal);
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  await expect(orAborted(never, stop.signal)).rejects.toThrow("stopped");
  expect(getEventListeners(stop.signal, "abort")).toEqual([]);
});
