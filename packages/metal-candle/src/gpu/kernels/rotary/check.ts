/** The proof of norms and rotary positions of queries and keys: far positions, heads that were filled up, values left as they are. */
import { headerWords, tokensAt } from "../../wgsl/batch-layout.ts";
import { checkValues, storedInput, toleranceOf, type KernelCheck } from "../../prove/kernel-check.ts";
import { checkedNorm } from "../norm/check.ts";
import { rotaryReference } from "./reference.ts";
import { rotaryGrid, rotaryProgram, rotaryTable, type RotaryShape } from "./rotary.ts";

const tokens = 5;

/**
 * Checks the kernel on two query heads and one of keys.
 * @param turning elements of the model's half that turns, at most shape.half
 */
export function rotaryCheck(
  model: Omit<RotaryShape, "heads" | "keyValueHeads" | "qkvStride">,
  turning: number,
): KernelCheck {
  const { headSize, normSize, half, longest, storage, norm } = model;
  const [heads, keyValueHeads] = [2, 1];
  const qkvStride = (heads + 2 * keyValueHeads) * headSize;
  const shape: RotaryShape = { ...model, heads, keyValueHeads, qkvStride };
  const positions = Array.from({ length: tokens }, (_, i) => Math.floor((i * (longest - 1)) / (tokens - 1)));
  const batch = new Uint32Array(tokensAt + tokens);
  batch[headerWords.tokens] = tokens;
  batch[headerWords.positionsAt] = tokensAt;
  // A token type in the upper half is none of this kernel's business.
  batch.set(
    positions.map((position) => position | (1 << 16)),
    tokensAt,
  );
  // Where the model's elements of a head lie: both halves, then the rest.
  const places = Array.from({ length: normSize }, (_, i) => {
    if (i < turning) return i;
    return i < 2 * turning ? half + (i - turning) : 2 * half + (i - 2 * turning);
  });
  const values = new Float32Array(tokens * qkvStride);
  const random = checkValues(values.length, 51);
  for (let head = 0; head < tokens * (heads + 2 * keyValueHeads); head++) {
    for (const place of places) values[head * headSize + place] = random[head * headSize + place];
  }
  const qkv = storedInput(values, storage);
  const rotary = {
    inverseFrequencies: Float32Array.from({ length: turning }, (_, i) => 10_000 ** (-i / Math.max(turning, 1))),
    factor: 1.1,
  };
  const weights = [52, 54].map((seed) => norm && { norm, ...checkedNorm(norm, normSize, seed) });
  const spread = new Float32Array(4 * headSize);
  weights.forEach((entry, of) => {
    places.forEach((place, i) => {
      spread[2 * of * headSize + place] = entry ? entry.weight[i] : 0;
      spread[(2 * of + 1) * headSize + place] = entry ? entry.bias[i] : 0;
    });
  });
  const expected = new Map<number, number>();
  for (let token = 0; token < tokens; token++) {
    for (let head = 0; head < heads + 2 * keyValueHeads; head++) {
      const at = token * qkvStride + head * headSize;
      const own = places.map((place) => qkv.rounded[at + place]);
      const isValue = head >= heads + keyValueHeads;
      const turned = isValue
        ? own
        : rotaryReference(
            own,
            positions[token],
            rotary.inverseFrequencies,
            rotary.factor,
            weights[head < heads ? 0 : 1],
          );
      for (let i = 0; i < headSize; i++) expected.set(at + i, 0);
      places.forEach((place, i) => expected.set(at + place, turned[i]));
    }
  }
  return {
    program: rotaryProgram(shape),
    inputs: [
      batch,
      qkv.upload,
      ...(storage === "f16" ? [new Uint32Array(tokens)] : []),
      ...(half > 0 ? [rotaryTable(rotary, longest, half)] : []),
      ...(norm ? [spread] : []),
    ],
    output: 1,
    outputStorage: storage,
    grid: rotaryGrid(tokens, shape),
    expected,
    tolerance: toleranceOf(storage),
  };
}
