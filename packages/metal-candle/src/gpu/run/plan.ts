/**
 * The plan: the encoder's dispatches in order, compiled and bound once, then recorded for every batch with that batch's grids.
 *
 *   embed + LayerNorm (one dispatch a word shard)
 *   per layer: QKV GEMM → attention → output GEMM → residual + LayerNorm → GEMM + activation → GEMM → residual + LayerNorm
 *   pooling [→ dense GEMMs → finish]
 *
 * MiniLM-L6: 1 + 6 · 7 + 1 = 44 dispatches.
 */
import type { Arena } from "./arena.ts";
import { attentionHeads } from "./attention-heads.ts";
import { stridesOf } from "./arena.ts";
import type { KernelProgram } from "../device/kernel-program.ts";
import { attentionGrid, attentionProgram } from "../kernels/attention/attention.ts";
import { embeddingGrid, embeddingProgram } from "../kernels/embedding/embedding.ts";
import { gemmGrid, gemmProgram, type GemmShape, type GemmVariant } from "../kernels/gemm/gemm.ts";
import { residualLayerNormGrid, residualLayerNormProgram } from "../kernels/layer-norm/residual-layer-norm.ts";
import { finishGrid, finishProgram } from "../kernels/pooling/finish.ts";
import { poolingGrid, poolingProgram } from "../kernels/pooling/pooling.ts";
import { smallBatchKind, type GemmPair } from "../choose/variants.ts";
import type { EncoderSetup } from "./setup.ts";
import type { GpuLinear, GpuWeights } from "./weights.ts";

/** What a batch's grids depend on. */
export interface BatchSize {
  readonly tokens: number;
  readonly sequences: number;
  readonly workItems: number;
}

/** One way to run a step. */
interface Run {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly grid: (size: BatchSize) => readonly [number, number, number];
  readonly label: string;
}

interface Step extends Run {
  /** What runs instead for small batches; null: the same. */
  readonly small: Run | null;
}

export interface Plan {
  /** The arena's overflow flag, cleared before each batch. */
  readonly overflow: GPUBuffer;
  readonly steps: readonly Step[];
}

/** Compiles and binds everything. */
export async function makePlan(
  { context, shape, head, storage, choice, longest }: EncoderSetup,
  weights: GpuWeights,
  arena: Arena,
): Promise<Plan> {
  const strides = stridesOf(shape);
  const heads = attentionHeads(shape);
  const steps: Promise<Step>[] = [];
  const compile = async (program: KernelProgram, buffers: readonly GPUBuffer[], grid: Run["grid"]): Promise<Run> => {
    const kernel = await context.pipelines.get(program);
    const bindings = context.pipelines.bind(
      kernel,
      buffers.map((buffer) => ({ buffer })),
    );
    return { pipeline: kernel.pipeline, bindings, grid, label: program.label };
  };
  const add = (program: KernelProgram, buffers: readonly GPUBuffer[], grid: Run["grid"]): void => {
    steps.push(compile(program, buffers, grid).then((run) => ({ ...run, small: null })));
  };
  const gemm = (
    variantsOf: (product: GemmShape) => GemmPair,
    shapeOf: Omit<GemmShape, "n" | "k">,
    linear: GpuLinear,
    source: GPUBuffer,
    target: GPUBuffer,
    rows: (size: BatchSize) => number,
  ): void => {
    const full: GemmShape = { ...shapeOf, n: linear.n, k: linear.k };
    const variants = variantsOf(full);
    const run = (variant: GemmVariant): Promise<Run> => {
      const program = gemmProgram(variant, full);
      const grid: Run["grid"] = (size) => gemmGrid(program, full, rows(size));
      const flag = shapeOf.storage === "f16" ? [arena.overflow] : [];
      return compile(program, [source, linear.weight, linear.bias, target, ...flag], grid);
    };
    steps.push(Promise.all([run(variants.large), run(variants.small)]).then(([large, small]) => ({ ...large, small })));
  };
  const denseGemms = (): GemmPair => ({ large: { family: "direct" }, small: { family: "direct" } });
  const tokens = (size: BatchSize): number => size.tokens;
  const width = shape.hiddenSize;
  const epsilon = shape.layerNormEpsilon;

  for (const shard of weights.wordEmbeddings) {
    const program = embeddingProgram({
      storage,
      width,
      stride: strides.hidden,
      epsilon,
      maxPositionEmbeddings: shape.maxPositionEmbeddings,
      typeVocabSize: shape.typeVocabSize,
      firstWord: shard.first,
      words: shard.words,
    });
    add(program, [arena.batch, shard.buffer, weights.positionEmbeddings, weights.norm, arena.hidden], (size) =>
      embeddingGrid(size.tokens),
    );
  }
  const attention = attentionProgram(choice.attention, {
    storage,
    heads: shape.numAttentionHeads,
    headSize: heads.size,
    scale: heads.scale,
    qkvStride: strides.qkv,
    contextStride: strides.context,
    longest,
    relativePositionBuckets: shape.relativePositionBuckets,
  });
  const relative = weights.relativePositionBias ? [weights.relativePositionBias] : [];
  const residualNorm = residualLayerNormProgram({ storage, width, stride: strides.hidden, epsilon });
  const addNorm = (norm: { weight: GPUBuffer; bias: GPUBuffer }): void =>
    add(residualNorm, [arena.projected, arena.hidden, norm.weight, norm.bias], (size) =>
      residualLayerNormGrid(size.tokens),
    );
  const plain = { storage, activation: "identity" } as const;
  for (const layer of weights.layers) {
    gemm(choice.gemmFor, plain, layer.qkv, arena.hidden, arena.wide, tokens);
    add(attention, [arena.batch, arena.wide, arena.context, ...relative], (size) =>
      attentionGrid(size.workItems, shape.numAttentionHeads),
    );
    gemm(choice.gemmFor, plain, layer.attentionOutput, arena.context, arena.projected, tokens);
    addNorm(layer.attentionNorm);
    gemm(
      choice.gemmFor,
      { storage, activation: choice.activation(shape.activation) },
      layer.intermediate,
      arena.hidden,
      arena.wide,
      tokens,
    );
    gemm(choice.gemmFor, plain, layer.output, arena.wide, arena.projected, tokens);
    addNorm(layer.outputNorm);
  }
  const pooling = { storage, width, stride: strides.hidden, modes: head.poolings } as const;
  if (head.dense.length === 0) {
    const program = poolingProgram({ ...pooling, output: "finished" });
    add(program, [arena.batch, arena.hidden, arena.output, arena.overflow], (size) => poolingGrid(size.sequences));
  } else {
    const program = poolingProgram({ ...pooling, output: { pooledStride: weights.dense[0].k } });
    add(program, [arena.batch, arena.hidden, arena.dense[0]], (size) => poolingGrid(size.sequences));
    weights.dense.forEach((linear, index) => {
      const source = arena.dense[index % 2];
      const target = arena.dense[(index + 1) % 2];
      const dense = { storage: "f32", activation: head.dense[index].activation } as const;
      gemm(denseGemms, dense, linear, source, target, (size) => size.sequences);
    });
    const last = arena.dense[weights.dense.length % 2];
    const stride = weights.dense.at(-1)!.n;
    add(finishProgram(head.dimensions, stride), [arena.batch, last, arena.output, arena.overflow], (size) =>
      finishGrid(size.sequences),
    );
  }
  return { overflow: arena.overflow, steps: await Promise.all(steps) };
}

/** Records the steps from `first` up to `end` into one compute pass; a batch's first pass clears its overflow flag. */
export function recordPlan(
  plan: Plan,
  encoder: GPUCommandEncoder,
  size: BatchSize,
  first = 0,
  end = plan.steps.length,
): void {
  if (first === 0) encoder.clearBuffer(plan.overflow);
  const pass = encoder.beginComputePass();
  for (let index = first; index < end; index++) {
    const full = plan.steps[index];
    const step = full.small !== null && size.tokens <= smallBatchKind ? full.small : full;
    const [x, y, z] = step.grid(size);
    pass.setPipeline(step.pipeline);
    pass.setBindGroup(0, step.bindings);
    pass.dispatchWorkgroups(x, y, z);
  }
  pass.end();
}
