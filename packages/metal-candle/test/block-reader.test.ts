/** Reading a source in blocks: every kind of source, its errors, and leaving it at any time. */
import { describe, expect, test } from "vitest";
import { BlockReader } from "../src/block-reader.ts";
import { InvalidArgumentError } from "../src/errors.ts";

async function all(reader: BlockReader): Promise<string[][]> {
  const blocks: string[][] = [];
  for (let block = await reader.next(); block !== null; block = await reader.next()) blocks.push(block);
  return blocks;
}

async function* letters(): AsyncGenerator<string> {
  yield* ["a", "b", "c"];
}

test.each([
  ["an array", () => ["a", "b", "c"]],
  ["a set", () => new Set(["a", "b", "c"])],
  ["an async generator", letters],
  ["a list of promises", () => ["a", Promise.resolve("b"), "c"] as string[]],
])("%s comes in blocks, the last with what is left", async (_, source) => {
  const reader = new BlockReader(source(), 2);
  expect(await all(reader)).toEqual([["a", "b"], ["c"]]);
  expect(await reader.next()).toBeNull();
  expect(reader.ended).toBe(true);
});

test.each([["a string", "abc"] as const, ["a number", 5] as const, ["nothing", undefined] as const])(
  "%s is not a source of texts",
  (_, source) => {
    expect(() => new BlockReader(source as string, 2)).toThrow(InvalidArgumentError);
    expect(() => new BlockReader(source as string, 2)).toThrow("they must be an iterable of strings");
  },
);

describe("a source", () => {
  /** Gives one text and then stalls; notes whether it was closed. */
  class Stalling implements AsyncIterableIterator<string> {
    returned = 0;
    #asked = 0;
    fail: (reason: unknown) => void = () => undefined;
    next(): Promise<IteratorResult<string>> {
      this.#asked += 1;
      if (this.#asked === 1) return Promise.resolve({ done: false, value: "a" });
      return new Promise((_, reject) => (this.fail = reject));
    }
    async return(): Promise<IteratorResult<string>> {
      this.returned += 1;
      return { done: true, value: undefined };
    }
    [Symbol.asyncIterator](): this {
      return this;
    }
  }

  test("that stalls is left at once, told so, and its late error is nobody's", async () => {
    const source = new Stalling();
    const reader = new BlockReader(source, 2);
    const waiting = reader.next();
    await new Promise((resolve) => setTimeout(resolve));
    reader.stop(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(reader.next()).rejects.toThrow("enough");
    await reader.close();
    expect(source.returned).toBe(1);
    // Were it unhandled, vitest would fail the run.
    source.fail(new Error("too late"));
    await new Promise((resolve) => setTimeout(resolve));
  });

  test("that owes nothing is waited for, and its error in ending is told", async () => {
    let ended = false;
    async function* slow(): AsyncGenerator<string> {
      try {
        yield "a";
        yield "b";
      } finally {
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended = true;
      }
    }
    const reader = new BlockReader(slow(), 1);
    await reader.next();
    await reader.close();
    expect(ended).toBe(true);

    const failing: AsyncIterableIterator<string> = {
      next: async () => ({ done: false, value: "a" }),
      return: () => Promise.reject(new Error("the file would not close")),
      [Symbol.asyncIterator]: () => failing,
    };
    const other = new BlockReader(failing, 1);
    await other.next();
    await expect(other.close()).rejects.toThrow("the file would not close");
  });

  test("that threw is over, and is not closed again", async () => {
    let returned = 0;
    const source: AsyncIterableIterator<string> = {
      next: () => Promise.reject(new Error("the input broke")),
      return: async () => {
        returned += 1;
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => source,
    };
    const reader = new BlockReader(source, 2);
    await expect(reader.next()).rejects.toThrow("the input broke");
    await reader.close();
    expect(returned).toBe(0);
  });
});
