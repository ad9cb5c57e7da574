/** What a row's trailer must say before its vector is believed. */
import { expect, test } from "vitest";
import { isClamped, readTrailers } from "../../../src/gpu/run/trailers.ts";

const stride = 4 + 3;
const nonce = 7;

/** Two whole rows of width 4: squared norm 1.5, this nonce, no flag. */
function rows(): { words: Uint32Array; floats: Float32Array } {
  const floats = new Float32Array(2 * stride).fill(0.5);
  const words = new Uint32Array(floats.buffer);
  for (let row = 0; row < 2; row++) {
    floats[row * stride + 4] = 1.5;
    words[row * stride + 5] = nonce;
    words[row * stride + 6] = 0;
  }
  return { words, floats };
}

test("whole rows pass, and only as many as the batch has are looked at", () => {
  const { words } = rows();
  expect(readTrailers(words, 2, stride, nonce)).toBe("ours");
  words[stride + 5] = nonce - 1;
  expect(readTrailers(words, 2, stride, nonce)).toBe("foreign");
  expect(readTrailers(words, 1, stride, nonce)).toBe("ours");
});

test.each([NaN, Infinity, -Infinity])("a squared norm of %s does not pass", (norm) => {
  const { words, floats } = rows();
  floats[stride + 4] = norm;
  expect(readTrailers(words, 2, stride, nonce)).toBe("not-finite");
  // Whose it is comes first: another batch's row says nothing about this one's values.
  words[5] = nonce + 1;
  expect(readTrailers(words, 2, stride, nonce)).toBe("foreign");
});

test("a flag in any row is an overflow", () => {
  const { words } = rows();
  words[6] = 1;
  expect(readTrailers(words, 2, stride, nonce)).toBe("overflow");
  expect([0, 1].map((row) => isClamped(words, row, stride))).toEqual([true, false]);
});
