/** The device that all models of a process share. */
import { expect, test } from "vitest";
import { openGpu } from "../../../src/gpu/device/context.ts";

test("callers at the same time share one device, also where it has to be opened again", async () => {
  const [first, second] = await Promise.all([openGpu(true), openGpu(true)]);
  expect(second).toBe(first);
  first.loss.reason = "the test says so";
  const [third, fourth] = await Promise.all([openGpu(true), openGpu(true)]);
  expect(third).not.toBe(first);
  expect(fourth).toBe(third);
});
