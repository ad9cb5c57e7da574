/** A damaged PDF on which pdf.js rejects a promise that nobody holds: it ends no process, and nobody waits for ever. */
import { fileURLToPath } from "node:url";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { holdRejections } from "../../../src/documents/parsers/pdf/unheld-rejections.ts";
import { bundle, start } from "../../support/child.ts";

let program: string;
beforeAll(async () => {
  program = await bundle(fileURLToPath(new URL("../support/reads-pdf.ts", import.meta.url)));
});

const damaged = fileURLToPath(new URL("../../fixtures/pdf/rejection-unheld.pdf", import.meta.url));
const reads = (others: string) => start(process.execPath, [program, damaged, others]).ended;

test("it is the file's, and the program goes on", async () => {
  expect(await reads("none")).toEqual({ code: 0, signal: null, stdout: "DocumentError\n".repeat(3), stderr: "" });
});

test("a rejection of the program's own ends it as ever", async () => {
  const { code, stderr } = await reads("rejects");
  expect({ code, isTold: stderr.includes("the program's own") }).toEqual({ code: 1, isTold: true });
});

test("what waits for an answer that will not come is told the rejection, unless it goes on", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const listeners = process.listeners("unhandledRejection");
  const held = holdRejections(20);
  const [own] = process.listeners("unhandledRejection").filter((listener) => !listeners.includes(listener));
  const told = vi.fn<(error: unknown) => void>();
  held.stuck.catch(told);
  own!(Object.assign(new Error("bad block"), { name: "FormatError" }), Promise.resolve());
  for (let page = 0; page < 5; page++) {
    await vi.advanceTimersByTimeAsync(15);
    held.goesOn();
  }
  expect(told).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(20);
  expect(told).toHaveBeenCalledWith(expect.objectContaining({ message: "bad block" }));
  vi.useRealTimers();
  await held.release();
  expect(process.listeners("unhandledRejection")).toEqual(listeners);
});
