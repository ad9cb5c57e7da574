/** The CPU device on a thread of its own: the same numbers, and the caller's event loop goes on meanwhile. */
import { expect, test } from "vitest";
import { createOnnxSession } from "#platform/onnx";
import { OnnxGraph, floatType } from "../../src/cpu/onnx-writer.ts";
import { lastingSession } from "../../src/cpu/lasting-session.ts";
import { WorkerLostError } from "../../src/errors.ts";
import type { OnnxSession } from "../../src/platform/onnx-types.ts";
import { openOnThread } from "../../src/platform/onnx-thread.node.ts";

const compiled = new URL("../../dist/platform/onnx-worker.node.js", import.meta.url);
const width = 1024;
const rows = 256;

/** Eight products of large matrices: some hundred milliseconds. */
function graph() {
  const made = new OnnxGraph();
  let last = "x";
  made.input("x", floatType, ["rows", width]);
  const weights = Float32Array.from({ length: width * width }, (_, index) => ((index * 7919) % 13) / 13 / width);
  for (let layer = 0; layer < 8; layer++) {
    last = made.node("Gemm", [last, made.weight(weights.slice(), [width, width])], { transB: { int: 1 } });
  }
  made.node("Identity", [last], {}, { output: "y" });
  made.output("y", floatType, ["rows", width]);
  return { model: made.finish("test"), weights: made.weights, threads: 1 };
}

const input = () => ({ x: { data: new Float32Array(rows * width).fill(1), shape: [rows, width] } });

/** Turns of the event loop while the session computes. */
async function turnsDuring(session: OnnxSession): Promise<{ turns: number; y: Float32Array }> {
  let turns = 0;
  let running = true;
  const turn = (): void => {
    turns++;
    if (running) setImmediate(turn);
  };
  const result = session.run(input(), "y");
  setImmediate(turn);
  const y = await result;
  running = false;
  return { turns, y };
}

test("computes the same as on the caller's thread, which goes on", async () => {
  const own = (await openOnThread(graph(), compiled))!;
  const here = await createOnnxSession(graph());
  try {
    const away = await turnsDuring(own);
    const local = await turnsDuring(here);
    expect(away.y).toEqual(local.y);
    // Here the loop turns before and after, whatever the machine; there it turns as it likes.
    expect(local.turns).toBeLessThan(10);
    expect(away.turns).toBeGreaterThan(2 * local.turns + 10);
  } finally {
    await own.release();
    await here.release();
  }
});

test("an error of the graph is the caller's, and a session that was released is gone", async () => {
  const session = (await openOnThread(graph(), compiled))!;
  await expect(session.run({}, "y")).rejects.toThrow(/x/);
  expect((await session.run(input(), "y")).length).toBe(rows * width);
  await session.release();
});

test("where there is no such thread, or it ends, the caller's own does, with the weights", async () => {
  expect(await openOnThread(graph(), new URL("no-such-thread.js", compiled))).toBeNull();
  const options = graph();
  expect(await openOnThread(options, new URL("support/ended-thread.mjs", import.meta.url))).toBeNull();
  expect(options.weights[0]!.data.length).toBe(width * width);
});

test("a thread that dies later fails the call that it owes, and every one after it", async () => {
  const session = (await openOnThread(graph(), new URL("support/ending-thread.mjs", import.meta.url)))!;
  await expect(session.run(input(), "y")).rejects.toThrow(WorkerLostError);
  await expect(session.run(input(), "y")).rejects.toThrow(WorkerLostError);
  await session.release();
});

test("a session whose thread died is opened again, once per call", async () => {
  const ending = new URL("support/ending-thread.mjs", import.meta.url);
  const entries = [ending, compiled];
  const session = await lastingSession(async () => (await openOnThread(graph(), entries.shift() ?? ending))!);
  // The first thread dies over this call; the second is asked again.
  expect((await session.run(input(), "y")).length).toBe(rows * width);
  expect((await session.run(input(), "y")).length).toBe(rows * width);
  expect(entries).toEqual([]);
  await session.release();

  const short = await lastingSession(async () => (await openOnThread(graph(), ending))!);
  await expect(short.run(input(), "y")).rejects.toThrow(WorkerLostError);
  await short.release();
});
