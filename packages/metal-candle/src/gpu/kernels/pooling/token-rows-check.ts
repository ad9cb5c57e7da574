/** The proof of token rows: a few tokens at the model's own width, trailers included. */
import { headerWords, tokensAt } from "../../wgsl/batch-layout.ts";
import { checkValues, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { outputStride } from "./finished-row.ts";
import { tokenRowsGrid, tokenRowsProgram, type TokenRowsShape } from "./token-rows.ts";

const tokens = 7;

export function tokenRowsCheck(shape: TokenRowsShape): KernelCheck {
  const { storage, width, stride } = shape;
  const hidden = storedInput(checkValues(tokens * stride, 71, 8), storage);
  const batch = new Uint32Array(tokensAt);
  batch[headerWords.tokens] = tokens;
  batch[headerWords.dimensions] = width;
  const rowWords = outputStride(width);
  const expected = new Map<number, number>();
  for (let token = 0; token < tokens; token++) {
    const row = hidden.rounded.subarray(token * stride, token * stride + width);
    row.forEach((value, column) => expected.set(token * rowWords + column, value));
    expected.set(
      token * rowWords + width,
      row.reduce((sum, value) => sum + value * value, 0),
    );
  }
  return {
    program: tokenRowsProgram(shape),
    inputs: [batch, hidden.upload, new Uint32Array(tokens * rowWords), new Uint32Array(tokens)],
    output: 2,
    outputStorage: "f32",
    grid: tokenRowsGrid(tokens),
    expected,
    tolerance: toleranceOf("f32"),
  };
}
