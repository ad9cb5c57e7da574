/**
 * embedStream from the outside: a source that stalls holds up neither an abort nor whoever leaves nor close(); wrong arguments are told
 * without a text; progress counts the whole stream. That blocks come in order is in engine-properties.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EmbeddingModel, InvalidArgumentError, ModelClosedError } from "../src/index.ts";
import { tinyModelFolder } from "./support/goldens.ts";

const load = (device: "gpu" | "cpu"): Promise<EmbeddingModel> =>
  EmbeddingModel.load(tinyModelFolder("bert"), { device, dtype: "f32", onNotice: () => undefined });

/** Longer than anything here takes, shorter than a test may take. */
const stalled = 3000;
const prompt = 1000;

/** Gives texts and then nothing for a long time, as a pipe that somebody types into. */
async function* stalling(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
  await new Promise((resolve) => setTimeout(resolve, stalled).unref());
  throw new Error("the source broke, long after anybody asked");
}

/** Milliseconds that something took. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
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
    expect(await timeOf(() => expect(waiting).rejects.toThrow("changed my mind"))).toBeLessThan(prompt);
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
    await soon();
    expect(returned).toBe(true);
    await expect(stream.next()).rejects.toThrow("changed my mind");
  });

  test("is left while its source stalls", async () => {
    const milliseconds = await timeOf(async () => {
      for await (const block of model.embedStream(stalling("a", "b"), { blockSize: 2 })) {
        expect(block).toHaveLength(2);
        break;
      }
    });
    expect(milliseconds).toBeLessThan(prompt);
  });

  test("is left while somebody waits for its next block", async () => {
    const stream = model.embedStream(stalling("a"), { blockSize: 2 });
    const waiting = stream.next();
    await soon();
    const milliseconds = await timeOf(async () => {
      expect(await stream.return()).toEqual({ done: true, value: undefined });
      expect(await waiting).toEqual({ done: true, value: undefined });
    });
    expect(milliseconds).toBeLessThan(prompt);
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
    const milliseconds = await timeOf(async () => {
      await Promise.all([model.close(), expect(waiting).rejects.toThrow(ModelClosedError)]);
    });
    expect(milliseconds).toBeLessThan(prompt);
  });

  test("refuses a stream that starts after it", async () => {
    const model = await load("cpu");
    await model.close();
    await expect(model.embedStream([]).next()).rejects.toThrow(ModelClosedError);
  });
});
