/** What follows from an encoder's description for the GPU: strides, which form a block's norms take, and the shapes that kernels are compiled for. */
import { UnsupportedModelError } from "../../errors.ts";
import type { RowStep } from "../../models/description.ts";
import type { Attention, EncoderDescription, FeedForward, Layer, Norm } from "../../models/encoder-description.ts";
import { roundUp } from "../device/kernel-program.ts";
import type { AttentionShape } from "../kernels/attention/shape.ts";
import type { EmbeddingShape } from "../kernels/embedding/embedding.ts";
import { alignment, type GemmShape } from "../kernels/gemm/gemm.ts";
import type { ResidualNormsShape } from "../kernels/norm/residual-norms.ts";
import type { RowNorm } from "../kernels/norm/row-norm.ts";
import type { RowStepShape } from "../kernels/pooling/row-steps.ts";
import type { RotaryShape } from "../kernels/rotary/rotary.ts";
import type { KernelActivation } from "../wgsl/activations.ts";
import type { StorageType } from "../wgsl/storage.ts";
import { headLayout } from "./attention-heads.ts";

/** Positions and lengths have 16 bits in a batch's words. */
const mostPositions = 65_535;

/** @throws UnsupportedModelError for a part of a model that the kernels do not have, by name */
export function checkSupported(encoder: EncoderDescription, longest: number): void {
  if (longest > mostPositions) {
    throw new UnsupportedModelError(
      `Texts of ${longest} tokens are more than the ${mostPositions} that the GPU path takes. Lower maxLength, or use device "cpu".`,
    );
  }
  for (const { attention } of encoder.layers) rotaryShape(attention, "f32", longest);
}

/** Row strides of the activation matrices, in elements. */
export interface Strides {
  readonly hidden: number;
  /** Of the embeddings before their projection. */
  readonly embedding: number;
  /** Of the context, all heads side by side. */
  readonly context: number;
  readonly qkv: number;
  /** Of the feed-forward layer's inside. */
  readonly inside: number;
}

/** The widest of all layers. */
export function stridesOf(encoder: EncoderDescription): Strides {
  const widest = (of: (layer: Layer) => number): number => Math.max(...encoder.layers.map(of));
  return {
    hidden: roundUp(encoder.hiddenSize, alignment),
    embedding: roundUp(encoder.wordEmbeddings.shape[1], alignment),
    context: widest(({ attention }) => contextStride(attention)),
    qkv: widest(({ attention }) => qkvStride(attention)),
    inside: widest(({ feedForward }) => insideStride(feedForward)),
  };
}

function contextStride(attention: Attention): number {
  return roundUp(attention.heads * headLayout(attention).size, alignment);
}

function qkvStride(attention: Attention): number {
  return roundUp((attention.heads + 2 * attention.keyValueHeads) * headLayout(attention).size, alignment);
}

export function insideStride({ up }: FeedForward): number {
  return roundUp(up.weight.shape[0], alignment);
}

/**
 * Whether the residual stream is a buffer of its own, in f32, beside what products read. It is none where every block ends in a LayerNorm of
 * the sum, which then is both (BERT).
 */
export function hasStream({ layers, finalNorm, hiddenSize }: EncoderDescription): boolean {
  const ends = (residual: Norm | null, input: Norm | null, output: Norm | null): boolean =>
    residual?.kind === "layer" && input === null && output === null;
  return (
    hiddenSize % 4 !== 0 ||
    finalNorm !== null ||
    !layers.every(
      (layer) =>
        ends(layer.attentionResidualNorm, layer.attentionInputNorm, layer.attentionOutputNorm) &&
        ends(layer.feedForwardResidualNorm, layer.feedForwardInputNorm, layer.feedForwardOutputNorm),
    )
  );
}

export function rowNorm(norm: Norm | null): RowNorm | null {
  return norm && { kind: norm.kind, epsilon: norm.epsilon };
}

export function embeddingShape(
  encoder: EncoderDescription,
  storage: StorageType,
): Omit<EmbeddingShape, "firstWord" | "words"> {
  const strides = stridesOf(encoder);
  const projected = encoder.embeddingProjection !== null;
  return {
    storage,
    target: !projected && hasStream(encoder) ? "f32" : storage,
    width: encoder.wordEmbeddings.shape[1],
    stride: projected ? strides.embedding : strides.hidden,
    scale: encoder.embeddingScale,
    norm: rowNorm(encoder.embeddingNorm),
    positions: encoder.positionTable?.shape[0] ?? 0,
    typeVocabSize: encoder.tokenTypeTable?.shape[0] ?? 0,
  };
}

export function attentionShape(
  encoder: EncoderDescription,
  attention: Attention,
  storage: StorageType,
  longest: number,
): AttentionShape {
  const { heads, keyValueHeads, scale, causal, window } = attention;
  return {
    storage,
    heads,
    keyValueHeads,
    headSize: headLayout(attention).size,
    scale,
    qkvStride: qkvStride(attention),
    contextStride: contextStride(attention),
    longest,
    relativePositionBuckets: encoder.relativePositionBias?.shape[0] ?? null,
    causal,
    // A window that no text is longer than is none.
    window: window !== null && window < longest - 1 ? window : null,
  };
}

/**
 * What happens to queries and keys before attention; null where nothing does.
 * @throws UnsupportedModelError for norms that the kernel does not have
 */
export function rotaryShape(attention: Attention, storage: StorageType, longest: number): RotaryShape | null {
  const { heads, keyValueHeads, headSize, queryNorm, keyNorm, rotary } = attention;
  if (queryNorm === null && keyNorm === null && rotary === null) return null;
  const { size, half } = headLayout(attention);
  const alike = queryNorm?.kind === keyNorm?.kind && queryNorm?.epsilon === keyNorm?.epsilon;
  if (!alike || (queryNorm?.kind === "layer" && size !== headSize)) {
    throw new UnsupportedModelError(
      `The model has ${alike ? `a LayerNorm on heads of ${headSize} elements` : "different norms on queries and keys"}, ` +
        `which the GPU path does not support. Use device "cpu".`,
    );
  }
  return {
    storage,
    heads,
    keyValueHeads,
    headSize: size,
    normSize: headSize,
    half,
    qkvStride: qkvStride(attention),
    longest,
    norm: rowNorm(queryNorm),
  };
}

/** The norms between a block and the next product, where the model has a stream. */
export function residualNormsShape(
  encoder: EncoderDescription,
  storage: StorageType,
  norms: Seam,
  projected: boolean,
): ResidualNormsShape {
  return {
    storage,
    width: encoder.hiddenSize,
    stride: stridesOf(encoder).hidden,
    projected,
    outputNorm: rowNorm(norms.output),
    residualNorm: rowNorm(norms.residual),
    inputNorm: rowNorm(norms.input),
  };
}

/** One place between two products: the norms after a block and before the next, each the model's own or null. */
export interface Seam {
  readonly output: Norm | null;
  readonly residual: Norm | null;
  readonly input: Norm | null;
}

/** The seams behind each block, two a layer. */
export function seamsOf({ layers, finalNorm }: EncoderDescription): Seam[] {
  return layers.flatMap((layer, index) => [
    {
      output: layer.attentionOutputNorm,
      residual: layer.attentionResidualNorm,
      input: layer.feedForwardInputNorm,
    },
    {
      output: layer.feedForwardOutputNorm,
      residual: layer.feedForwardResidualNorm,
      input: index + 1 < layers.length ? layers[index + 1].attentionInputNorm : finalNorm,
    },
  ]);
}

/** A head's steps on rows, without their weights. */
export function rowStepShapes(steps: readonly RowStep[]): RowStepShape[] {
  return steps.map((step) =>
    step.kind === "layer-norm" ? { kind: step.kind, epsilon: step.norm.epsilon } : { kind: step.kind },
  );
}

/** The products of the encoder as they are compiled, in the order of a batch: of the embeddings, then four a layer. */
export interface EncoderProducts {
  readonly embedding: GemmShape | null;
  readonly layers: readonly {
    readonly qkv: GemmShape;
    readonly attentionOutput: GemmShape;
    readonly inside: GemmShape;
    readonly down: GemmShape;
  }[];
}

export function productsOf(
  encoder: EncoderDescription,
  storage: StorageType,
  activation: (activation: FeedForward["activation"]) => KernelActivation,
): EncoderProducts {
  const strides = stridesOf(encoder);
  const plain = { storage, activation: "identity" } as const;
  // What is added to the stream is not rounded to f16 before.
  const added = hasStream(encoder) && storage === "f16" ? { ...plain, output: "f32" as const } : plain;
  return {
    embedding: encoder.embeddingProjection && { ...added, n: strides.hidden, k: strides.embedding },
    layers: encoder.layers.map(({ attention, feedForward }) => {
      const inside = insideStride(feedForward);
      const form = { storage, activation: activation(feedForward.activation) };
      return {
        qkv: { ...plain, n: qkvStride(attention), k: strides.hidden },
        attentionOutput: { ...added, n: strides.hidden, k: contextStride(attention) },
        inside:
          feedForward.gate === null
            ? { ...form, n: inside, k: strides.hidden }
            : { ...form, gated: true, n: 2 * inside, k: strides.hidden },
        down: { ...added, n: strides.hidden, k: inside },
      };
    }),
  };
}
