/** What a line is, whatever the blocks that the bytes arrive in. */
import { describe, expect, test } from "vitest";
import { longestLineBytes, readLines } from "../../src/files/read-lines.ts";
import { InputError } from "../../src/errors.ts";

async function linesOf(input: string | Uint8Array, blockSize: number): Promise<string[]> {
  const bytes = typeof input === "string" ? Buffer.from(input) : input;
  async function* blocks(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < bytes.length; i += blockSize) yield bytes.subarray(i, i + blockSize);
  }
  const lines: string[] = [];
  for await (const { text, number } of readLines(blocks())) {
    lines.push(text);
    expect(number).toBe(lines.length);
  }
  return lines;
}

describe.each([1, 2, 3, 7, 1000])("in blocks of %s bytes", (blockSize) => {
  test.each([
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\nb", ["a", "b"]],
    ["\n", [""]],
    ["a\n\n b \n", ["a", "", " b "]],
    ["a\r\nb\r\n", ["a", "b"]],
    ["a\rb\u2028c\u0085d\fe\n", ["a\rb\u2028c\u0085d\fe"]],
    ["a\r\r\n", ["a\r"]],
    ["\ufeffa\n\ufeffb", ["a", "\ufeffb"]],
    ["你好🙂\nnaïve\u0000", ["你好🙂", "naïve\u0000"]],
  ])("%j", async (input, lines) => {
    expect(await linesOf(input, blockSize)).toEqual(lines);
  });
});

test("bytes that are not UTF-8 are an error that names the line", async () => {
  await expect(linesOf(Buffer.from("ok\nna\xefve\n", "latin1"), 100)).rejects.toThrow(InputError);
  await expect(linesOf(Buffer.from("ok\nna\xefve\n", "latin1"), 100)).rejects.toThrow(
    "line 2: the bytes are not UTF-8",
  );
});

test("input without line breaks is an error before it fills the memory", async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    const block = Buffer.alloc(1024 * 1024, "x");
    for (;;) yield block;
  }
  const reading = readLines(endless()).next();
  await expect(reading).rejects.toThrow(`line 1: longer than ${longestLineBytes} bytes`);
});
