/**
 * embedStream from the outside: a source that stalls holds up neither an abort nor whoever leaves nor close(); wrong arguments are told
 * without a text; progress counts the whole stream. That blocks come in order is in engine-properties.test.ts.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { EmbeddingModel, InvalidArgumentError, ModelClosedError } from "../src/index.ts";
import { tinyModelFolder } from "./support/goldens.ts";

const load = (device: "gpu" | "cpu"): Promise<EmbeddingModel> =>
  EmbeddingModel.load(tinyModelFolder("bert"), { device, dtype: "f32", onNotice: () => undefined });

/** Ends the sources that stall: with an error that nobody asks for any more. */
const breaks: (() => void)[] = [];
afterEach(async () => {
  for (const end of breaks.splice(0)) end();
  // Were it unhandled, vitest would fail the run.
  await soon(0);
});

/** Gives texts and then nothing, as a pipe that somebody types into: whoever waits for more does so until the test is given up. */
async function* stalling(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
  await new Promise<void>((resolve) => breaks.push(resolve));
  throw new Error("the source broke, long after anybody asked");
}

const soon = (milliseconds = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each(["gpu", "cpu"] as const)("a stream on the %s", (device) => {
  let model: EmbeddingModel;
  beforeAll(async () => {
    model = await load(device);
    await model.embed(["warm"]);
  });
  afterAll(() => model.close());

  test("is aborted while its source stalls", async () => {
    const abort = new AbortController();
    const stream = model.embedStream(stalling("a", "b", "c"), { blockSize: 2, signal: abort.signal });
    expect((await stream.next()).value).toHaveLength(2);
    const waiting = stream.next();
    setTimeout(() => abort.abort(new Error("changed my mind")), 10);
    await expect(waiting).rejects.toThrow("changed my mind");
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await model.embed(["still here"])).toHaveLength(1);
  });

  test("that was aborted between two blocks says so when it is asked, and lets its source go", async () => {
    let returned = false;
    async function* source(): AsyncGenerator<string> {
      try {
        for (;;) yield "text";
      } finally {
        returned = true;
      }
    }
    const abort = new AbortController();
    const stream = model.embedStream(source(), { blockSize: 2, signal: abort.signal });
    await stream.next();
    await soon();
    abort.abort(new Error("changed my mind"));
    await vi.waitUntil(() => returned, { timeout: 60_000 });
    await expect(stream.next()).rejects.toThrow("changed my mind");
  });

  test("is left while its source stalls", async () => {
    let blocks = 0;
    for await (const block of model.embedStream(stalling("a", "b"), { blockSize: 2 })) {
      expect(block).toHaveLength(2);
      blocks++;
      break;
    }
    expect(blocks).toBe(1);
  });

  test("is left while somebody waits for its next block", async () => {
    const stream = model.embedStream(stalling("a"), { blockSize: 2 });
    const waiting = stream.next();
    await soon();
    expect(await stream.return()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  test.each([
    [{ promptName: "nope" }, 'has no prompt named "nope"'],
    [{ prompt: 5 as unknown as string }, "prompt is the number 5"],
    [{ blockSize: 0 }, "blockSize is 0; it must be a whole number of at least 1."],
    [null as unknown as object, "The options are null"],
  ])("of no texts refuses %j", async (options, message) => {
    await expect(model.embedStream([], options).next()).rejects.toThrow(message);
    await expect(model.embedStream([], options).next()).rejects.toThrow(InvalidArgumentError);
  });

  test("takes no string for its texts", async () => {
    await expect(model.embedStream("letters").next()).rejects.toThrow(InvalidArgumentError);
  });

  test("tells its own error rather than that of a source that would not close, which is told alone", async () => {
    const source = (text: unknown): AsyncIterable<string> => {
      const iterator: AsyncIterator<string> = {
        next: async () => ({ done: false, value: text as string }),
        return: () => Promise.reject(new Error("the file would not close")),
      };
      return { [Symbol.asyncIterator]: () => iterator };
    };
    await expect(model.embedStream(source(5), { blockSize: 1 }).next()).rejects.toThrow("is not a string");
    const stream = model.embedStream(source("text"), { blockSize: 1 });
    await stream.next();
    await soon();
    await expect(stream.return()).rejects.toThrow("the file would not close");
  });

  test("tells its progress over the whole stream", async () => {
    const told: [number, number][] = [];
    const texts = Array.from({ length: 25 }, (_, index) => `text ${index}`);
    const onProgress = (done: number, total: number): number => told.push([done, total]);
    for await (const block of model.embedStream(texts, { blockSize: 10, onProgress })) {
      expect(block.length).toBeGreaterThan(0);
    }
    const done = told.map(([count]) => count);
    expect(done).toEqual(done.toSorted((first, second) => first - second));
    expect(told.filter(([count, total]) => count === total)).toEqual([
      [10, 10],
      [20, 20],
      [25, 25],
    ]);
  });
});

describe("closing the model", () => {
  test("waits for a stream's block under way, hands it out, and then the stream says that the model is closed", async () => {
    const model = await load("gpu");
    const stream = model.embedStream(["a", "b", "c", "d", "e", "f"], { blockSize: 2 });
    await stream.next();
    await soon(0);
    await model.close();
    expect((await stream.next()).value).toHaveLength(2);
    await expect(stream.next()).rejects.toThrow(ModelClosedError);
  });

  test("ends in order a stream whose source had ended", async () => {
    const model = await load("cpu");
    const stream = model.embedStream(["a", "b", "c"], { blockSize: 2 });
    await stream.next();
    await soon(0);
    await model.close();
    expect((await stream.next()).value).toHaveLength(1);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("is not held up by a source that stalls, nor is the stream that reads it", async () => {
    const model = await load("cpu");
    const stream = model.embedStream(stalling("a"), { blockSize: 2 });
    const waiting = stream.next();
    await soon();
    await Promise.all([model.close(), expect(waiting).rejects.toThrow(ModelClosedError)]);
  });

  test("refuses a stream that starts after it", async () => {
    const model = await load("cpu");
    await model.close();
    await expect(model.embedStream([]).next()).rejects.toThrow(ModelClosedError);
  });
});
