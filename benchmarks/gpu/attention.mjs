/** Attention: every variant of the adapter's numerics class over packed sequences of several lengths, µs and TFLOP/s by timestamps. */
import { openGpu } from "../../packages/metal-candle/dist/gpu/device/context.js";
import { tokensAt, headerWords } from "../../packages/metal-candle/dist/gpu/wgsl/batch-layout.js";
import {
  attentionGrid,
  attentionName,
  attentionProgram,
  queryRowsOf,
} from "../../packages/metal-candle/dist/gpu/kernels/attention/attention.js";
import { numericsClass } from "../../packages/metal-candle/dist/gpu/choose/numerics-class.js";
import { attentionCandidates } from "../../packages/metal-candle/dist/gpu/choose/variants.js";
import { short } from "../lib/measure.mjs";
import { fill, timestamps } from "./timestamps.mjs";

export async function attention({
  dtypes,
  tokens = 16_384,
  lengths = [24, 91, 256],
  // Query heads, key heads, head size, causal: MiniLM, BERT-base, Qwen3-0.6B, EmbeddingGemma.
  heads = [
    [12, 12, 32, 0],
    [12, 12, 64, 0],
    [16, 8, 128, 1],
    [3, 1, 256, 0],
  ],
}) {
  const context = await openGpu(true);
  const { device, report } = context;
  const results = [];
  for (const dtype of dtypes) {
    const numerics = numericsClass(report, dtype);
    const { storage } = numerics;
    const bytes = storage === "f16" ? 2 : 4;
    for (const [count, keyValueHeads, headSize, causal] of heads) {
      const width = count * headSize;
      const qkvStride = width + 2 * keyValueHeads * headSize;
      const qkv = device.createBuffer({ size: tokens * qkvStride * bytes, usage: 128 | 8 });
      const target = device.createBuffer({ size: tokens * width * bytes, usage: 128 | 8 });
      fill(device, qkv, storage);
      for (const variant of attentionCandidates(report, numerics, [
        { heads: count, keyValueHeads, headSize, causal: causal === 1, longest: 512 },
      ])) {
        for (const length of lengths) {
          const queryRows = queryRowsOf(variant);
          const work = [];
          for (let start = 0; start + length <= tokens; start += length) {
            for (let query = 0; query < length; query += queryRows) work.push(start, length | (query << 16));
          }
          const words = new Uint32Array(tokensAt + work.length);
          words[headerWords.workAt] = tokensAt;
          words.set(work, tokensAt);
          const batch = device.createBuffer({ size: words.byteLength, usage: 128 | 8 });
          device.queue.writeBuffer(batch, 0, words);
          const shape = {
            storage,
            heads: count,
            headSize,
            scale: 1 / Math.sqrt(headSize),
            keyValueHeads,
            causal: causal === 1,
            qkvStride,
            contextStride: width,
            longest: 512,
            relativePositionBuckets: null,
          };
          const kernel = await context.pipelines.get(attentionProgram(variant, shape));
          const bindings = context.pipelines.bind(
            kernel,
            [batch, qkv, target].map((buffer) => ({ buffer })),
          );
          const milliseconds = await timestamps(
            device,
            kernel.pipeline,
            bindings,
            attentionGrid(work.length / 2, count),
          );
          const sequences = Math.floor(tokens / length);
          const teraflops = (4 * sequences * length * length * width) / milliseconds / 1e9;
          const name = attentionName(variant);
          results.push({
            dtype,
            heads: count,
            headSize,
            scale: 1 / Math.sqrt(headSize),
            length,
            variant: name,
            microseconds: milliseconds * 1000,
            teraflops,
          });
          console.log(
            `${dtype} ${count}x${headSize} length ${length}: ${name.padEnd(52)} ${short(milliseconds * 1000)} µs, ${short(teraflops)} TFLOP/s`,
          );
          batch.destroy();
        }
      }
      qkv.destroy();
      target.destroy();
    }
  }
  return results;
}
