/**
 * The plan: the encoder's dispatches in order, compiled and bound once, then recorded for every batch with that batch's grids.
 *
 *   embeddings (one dispatch per shard of the word table) [→ projection] [→ first input norm]
 *   per layer: QKV GEMM [→ rotary] → attention → output GEMM → norms → GEMM + activation [⊙ gate] → GEMM → norms
 *   pooling [→ dense GEMMs and steps on rows → finish]
 *
 * MiniLM-L6: 1 + 6 · 7 + 1 = 44 dispatches. ModernBERT's layers have 8.
 */
import { rowsAreMade, type Arena } from "./arena.ts";
import type { GpuContext } from "../device/context.ts";
import type { KernelProgram } from "../device/kernel-program.ts";
import { attentionGrid, attentionProgram } from "../kernels/attention/attention.ts";
import { embeddingGrid, embeddingProgram } from "../kernels/embedding/embedding.ts";
import { gemmGrid, gemmProgram, outputStorage, type GemmShape, type GemmVariant } from "../kernels/gemm/gemm.ts";
import { residualLayerNormGrid, residualLayerNormProgram } from "../kernels/layer-norm/residual-layer-norm.ts";
import { residualNormsGrid, residualNormsProgram } from "../kernels/norm/residual-norms.ts";
import { finishGrid, finishProgram } from "../kernels/pooling/finish.ts";
import { poolingGrid, poolingProgram } from "../kernels/pooling/pooling.ts";
import { rowStepsGrid, rowStepsProgram } from "../kernels/pooling/row-steps.ts";
import { rotaryGrid, rotaryProgram } from "../kernels/rotary/rotary.ts";
import { smallBatchKind, type GemmPair } from "../choose/variants.ts";
import {
  attentionShape,
  embeddingShape,
  productsOf,
  residualNormsShape,
  rotaryShape,
  rowStepShapes,
  seamsOf,
  stridesOf,
} from "./layout.ts";
import type { EncoderSetup } from "./setup.ts";
import type { GpuLayer, GpuLinear, GpuNorms, GpuWeights } from "./weights.ts";

/** What a batch's grids depend on. */
export interface BatchSize {
  readonly tokens: number;
  readonly sequences: number;
  readonly workItems: number;
}

type Grid = (size: BatchSize) => readonly [number, number, number];

/** One way to run a step. */
export interface Run {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly grid: Grid;
  readonly label: string;
}

export interface Step extends Run {
  /** What runs instead for small batches; null: the same. */
  readonly small: Run | null;
}

export interface Plan {
  /** The arena's overflow flags, cleared before each batch. */
  readonly overflow: GPUBuffer;
  readonly steps: readonly Step[];
  /** How many of them end with the last hidden states; the head's follow. */
  readonly encoderSteps: number;
}

/** Compiles and binds everything. */
export async function makePlan(setup: EncoderSetup, weights: GpuWeights, arena: Arena): Promise<Plan> {
  const writer = new PlanWriter(setup, arena);
  writer.embeddings(weights);
  weights.layers.forEach((layer, index) => {
    writer.attention(layer, index, weights.relativePositionBias);
    writer.feedForward(layer, index);
  });
  const encoderSteps = writer.steps.length;
  writer.head(weights);
  return { overflow: arena.overflow, steps: await Promise.all(writer.steps), encoderSteps };
}

/** Starts to compile a plan's largest kernels, those of products and attention. Whoever needs one hears why it does not compile. */
export function compileAhead({ context, encoder, storage, choice, longest }: EncoderSetup): void {
  const { layers, embedding } = productsOf(encoder, storage, choice.activation);
  const products = [...layers.flatMap((layer) => Object.values(layer)), ...(embedding ? [embedding] : [])];
  const programs = [
    ...products.flatMap((product) => Object.values(choice.gemmFor(product)).map((pick) => gemmProgram(pick, product))),
    ...encoder.layers.map(({ attention }) =>
      attentionProgram(choice.attention, attentionShape(encoder, attention, storage, longest)),
    ),
  ];
  for (const program of programs) context.pipelines.get(program).catch(() => undefined);
}

/** Writes the parts of a plan, each a few dispatches. */
class PlanWriter {
  readonly steps: Promise<Step>[] = [];
  readonly #setup: EncoderSetup;
  readonly #arena: Arena;
  readonly #products: ReturnType<typeof productsOf>;
  readonly #seams: ReturnType<typeof seamsOf>;

  constructor(setup: EncoderSetup, arena: Arena) {
    this.#setup = setup;
    this.#arena = arena;
    this.#products = productsOf(setup.encoder, setup.storage, setup.choice.activation);
    this.#seams = seamsOf(setup.encoder);
  }

  embeddings(weights: GpuWeights): void {
    const { encoder, storage } = this.#setup;
    const { batch, wide, hidden, stream } = this.#arena;
    const shape = embeddingShape(encoder, storage);
    const last = stream ?? hidden;
    const target = weights.embeddingProjection ? wide : last;
    const flag = shape.target === "f16" && shape.norm === null ? [this.#arena.overflow] : [];
    for (const shard of weights.wordEmbeddings) {
      const program = embeddingProgram({ ...shape, firstWord: shard.first, words: shard.words });
      this.#add(program, [batch, shard.buffer, target, ...weights.embedding, ...flag], (size) =>
        embeddingGrid(size.tokens),
      );
    }
    if (weights.embeddingProjection) this.#gemm(this.#products.embedding!, weights.embeddingProjection, wide, last);
    if (stream) {
      const input = encoder.layers[0].attentionInputNorm;
      this.#residualNorms({ input, output: null, residual: null }, weights.firstNorm, false);
    }
  }

  attention(layer: GpuLayer, index: number, relativePositionBias: GPUBuffer | null): void {
    const { encoder, storage, longest, choice } = this.#setup;
    const { batch, hidden, wide, context, projected, overflow } = this.#arena;
    const { attention } = encoder.layers[index];
    this.#gemm(this.#products.layers[index].qkv, layer.qkv, hidden, wide);
    const rotary = rotaryShape(attention, storage, longest);
    if (rotary) {
      const flag = storage === "f16" ? [overflow] : [];
      const tables = [layer.rotary, layer.headNorms].filter((buffer) => buffer !== null);
      this.#add(rotaryProgram(rotary), [batch, wide, ...flag, ...tables], (size) => rotaryGrid(size.tokens, rotary));
    }
    const program = attentionProgram(choice.attention, attentionShape(encoder, attention, storage, longest));
    const relative = relativePositionBias ? [relativePositionBias] : [];
    this.#add(program, [batch, wide, context, ...relative], (size) => attentionGrid(size.workItems, attention.heads));
    this.#gemm(this.#products.layers[index].attentionOutput, layer.attentionOutput, context, projected);
    this.#seam(2 * index, layer.attentionSeam);
  }

  feedForward(layer: GpuLayer, index: number): void {
    const { hidden, wide, projected } = this.#arena;
    this.#gemm(this.#products.layers[index].inside, layer.inside, hidden, wide);
    this.#gemm(this.#products.layers[index].down, layer.down, wide, projected);
    this.#seam(2 * index + 1, layer.feedForwardSeam);
  }

  head(weights: GpuWeights): void {
    const { encoder, storage, head } = this.#setup;
    const { batch, hidden, output, overflow, dense } = this.#arena;
    const width = encoder.hiddenSize;
    const pooling = { storage, width, stride: stridesOf(encoder).hidden, modes: head.poolings } as const;
    const rows = (size: BatchSize): number => size.sequences;
    if (!rowsAreMade(head)) {
      const program = poolingProgram({ ...pooling, output: "finished" });
      this.#add(program, [batch, hidden, output, overflow], (size) => poolingGrid(size.sequences));
      return;
    }
    let rowWidth = width * head.poolings.length;
    let stride = weights.dense[0]?.k ?? Math.ceil(rowWidth / 4) * 4;
    const program = poolingProgram({ ...pooling, output: { pooledStride: stride } });
    this.#add(program, [batch, hidden, dense[0]], (size) => poolingGrid(size.sequences));
    const steps = (index: number): void => {
      const shapes = rowStepShapes(head.rowSteps[index] ?? []);
      if (shapes.length === 0) return;
      const norms = weights.rowSteps[index];
      const buffers = [batch, dense[index % 2], ...(norms ? [norms] : [])];
      this.#add(rowStepsProgram(shapes, rowWidth, stride), buffers, (size) => rowStepsGrid(size.sequences));
    };
    steps(0);
    weights.dense.forEach((linear, index) => {
      const { activation, weight } = head.dense[index];
      const product: GemmShape = { storage: "f32", activation, n: linear.n, k: linear.k };
      this.#gemm(product, linear, dense[index % 2], dense[(index + 1) % 2], rows, denseGemms);
      [rowWidth] = weight.shape;
      stride = linear.n;
      steps(index + 1);
    });
    const last = dense[weights.dense.length % 2];
    this.#add(finishProgram(head.dimensions, stride), [batch, last, output, overflow], (size) =>
      finishGrid(size.sequences),
    );
  }

  /** The norms between a block and the next product. */
  #seam(index: number, norms: GpuNorms): void {
    const { encoder, storage } = this.#setup;
    const { hidden, projected, stream } = this.#arena;
    const seam = this.#seams[index];
    if (stream) {
      this.#residualNorms(seam, norms, true);
      return;
    }
    const { epsilon } = seam.residual!;
    const shape = { storage, width: encoder.hiddenSize, stride: stridesOf(encoder).hidden, epsilon };
    this.#add(residualLayerNormProgram(shape), [projected, hidden, ...norms], (size) =>
      residualLayerNormGrid(size.tokens),
    );
  }

  #residualNorms(seam: Parameters<typeof residualNormsShape>[2], norms: GpuNorms, adds: boolean): void {
    const { encoder, storage } = this.#setup;
    const { hidden, projected, stream, overflow } = this.#arena;
    const flag = storage === "f16" ? [overflow] : [];
    const buffers = [stream!, hidden, ...flag, ...(adds ? [projected] : []), ...norms];
    this.#add(residualNormsProgram(residualNormsShape(encoder, storage, seam, adds)), buffers, (size) =>
      residualNormsGrid(size.tokens),
    );
  }

  #gemm(
    product: GemmShape,
    linear: GpuLinear,
    source: GPUBuffer,
    target: GPUBuffer,
    rows = (size: BatchSize): number => size.tokens,
    variantsOf: (product: GemmShape) => GemmPair = this.#setup.choice.gemmFor,
  ): void {
    const variants = variantsOf(product);
    const run = (variant: GemmVariant): Promise<Run> => {
      const program = gemmProgram(variant, product);
      const flag = outputStorage(product) === "f16" ? [this.#arena.overflow] : [];
      return this.#compile(program, [source, linear.weight, linear.bias, target, ...flag], (size) =>
        gemmGrid(program, product, rows(size)),
      );
    };
    this.steps.push(
      Promise.all([run(variants.large), run(variants.small)]).then(([large, small]) => ({ ...large, small })),
    );
  }

  #add(program: KernelProgram, buffers: readonly GPUBuffer[], grid: Grid): void {
    this.steps.push(this.#compile(program, buffers, grid).then((run) => ({ ...run, small: null })));
  }

  #compile(program: KernelProgram, buffers: readonly GPUBuffer[], grid: Grid): Promise<Run> {
    return compileRun(this.#setup.context, program, buffers, grid);
  }
}

/** A kernel compiled and bound. */
export async function compileRun(
  { pipelines }: GpuContext,
  program: KernelProgram,
  buffers: readonly GPUBuffer[],
  grid: Grid,
): Promise<Run> {
  const kernel = await pipelines.get(program);
  const bindings = pipelines.bind(
    kernel,
    buffers.map((buffer) => ({ buffer })),
  );
  return { pipeline: kernel.pipeline, bindings, grid, label: program.label };
}

/** A head's rows are few, and f32. */
const denseGemms = (): GemmPair => ({ large: { family: "direct" }, small: { family: "direct" } });

/** Records the steps from `first` up to `end` into one compute pass; a batch's first pass clears the overflow flags. */
export function recordPlan(
  plan: Pick<Plan, "overflow" | "steps">,
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
