/** What the GPU makes of an encoder's description: when the residual stream is a buffer of its own, how heads lie, and what is refused. */
import { afterAll, describe, expect, test } from "vitest";
import { headLayout } from "../../../src/gpu/run/attention-heads.ts";
import { checkSupported, hasStream } from "../../../src/gpu/run/layout.ts";
import { UnsupportedModelError } from "../../../src/index.ts";
import type { ModelDescription } from "../../../src/models/description.ts";
import type { EncoderDescription } from "../../../src/models/encoder-description.ts";
import { readModel } from "../../../src/models/read-model.ts";
import { tinyModelFolder } from "../../support/goldens.ts";

const opened: ModelDescription[] = [];
afterAll(() => Promise.all(opened.map((description) => description.close())));

async function encoderOf(name: string): Promise<EncoderDescription> {
  const description = await readModel(tinyModelFolder(name));
  opened.push(description);
  return description.encoder;
}

test.each([
  ["bert", false],
  ["mpnet", false],
  ["nomic-bert", false],
  ["modernbert", true],
  ["qwen3", true],
  ["gemma3-text", true],
])("%s has a residual stream of its own: %s", async (name, expected) => {
  expect(hasStream(await encoderOf(name))).toBe(expected);
});

describe("a head in memory", () => {
  const rotary = (turning: number) => ({ inverseFrequencies: new Float32Array(turning), factor: 1, longest: null });

  test.each([
    [64, 32, 64, 32],
    [26, 0, 32, 0],
    [26, 13, 32, 16],
    [20, 6, 24, 8],
    [128, 16, 128, 16],
  ])("%d elements of which 2 × %d turn: %d, halves of %d", (headSize, turning, size, half) => {
    const layout = headLayout({ headSize, rotary: turning > 0 ? rotary(turning) : null });
    expect([layout.size, layout.half]).toEqual([size, half]);
    expect(layout.runs.reduce((sum, { count }) => sum + count, 0)).toBe(headSize);
  });
});

describe("refused by name", () => {
  test("texts longer than a batch's words can say", async () => {
    const encoder = await encoderOf("qwen3");
    expect(() => checkSupported(encoder, 65_535)).not.toThrow();
    expect(() => checkSupported(encoder, 65_536)).toThrow("Texts of 65536 tokens are more than the 65535");
  });

  test("a norm on the queries alone", async () => {
    const encoder = await encoderOf("qwen3");
    const [first, ...others] = encoder.layers;
    const attention = { ...first.attention, keyNorm: null };
    const changed = { ...encoder, layers: [{ ...first, attention }, ...others] };
    expect(() => checkSupported(changed, 300)).toThrow(UnsupportedModelError);
    expect(() => checkSupported(changed, 300)).toThrow(
      "different norms on queries and keys, which the GPU path does not",
    );
  });
});
