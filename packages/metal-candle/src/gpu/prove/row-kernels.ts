/** The kernels of a model that have one variant each: which of them it uses, and their checks. */
import type { Head } from "../../models/description.ts";
import type { EncoderDescription } from "../../models/encoder-description.ts";
import { embeddingCheck } from "../kernels/embedding/check.ts";
import { layerNormCheck } from "../kernels/layer-norm/check.ts";
import { residualNormsChecks } from "../kernels/norm/check.ts";
import { poolingCheck } from "../kernels/pooling/check.ts";
import { rowStepsCheck } from "../kernels/pooling/row-steps-check.ts";
import { rotaryCheck } from "../kernels/rotary/check.ts";
import {
  embeddingShape,
  hasStream,
  residualNormsShape,
  rotaryShape,
  rowStepShapes,
  seamsOf,
  stridesOf,
} from "../run/layout.ts";
import { distinct } from "./distinct.ts";
import type { StorageType } from "../wgsl/storage.ts";
import type { KernelCheck } from "./kernel-check.ts";

export interface RowKernel {
  readonly operation: string;
  readonly variant: string;
  readonly checks: readonly KernelCheck[];
}

/** Everything but products and attention. Kernels of the same text are checked once (kernel-proofs.ts). */
export function rowChecks(encoder: EncoderDescription, head: Head, storage: StorageType, longest: number): RowKernel[] {
  const { hidden: stride } = stridesOf(encoder);
  const width = encoder.hiddenSize;
  const rotary = distinct(
    encoder.layers.flatMap(({ attention }) => {
      const shape = rotaryShape(attention, storage, longest);
      return shape ? [{ shape, turning: attention.rotary?.inverseFrequencies.length ?? 0 }] : [];
    }),
  ).map(({ shape, turning }) => rotaryCheck(shape, turning));
  const first = { output: null, residual: null, input: encoder.layers[0].attentionInputNorm };
  const norms = hasStream(encoder)
    ? distinct([
        residualNormsShape(encoder, storage, first, false),
        ...seamsOf(encoder).map((seam) => residualNormsShape(encoder, storage, seam, true)),
      ]).flatMap(residualNormsChecks)
    : distinct(seamsOf(encoder).map(({ residual }) => ({ storage, width, stride, epsilon: residual!.epsilon }))).map(
        layerNormCheck,
      );
  const steps = head.rowSteps.flatMap((group, index) => {
    const shapes = rowStepShapes(group);
    const rowWidth = index === 0 ? width * head.poolings.length : head.dense[index - 1].weight.shape[0];
    return shapes.length > 0 ? [rowStepsCheck(shapes, rowWidth, Math.ceil(rowWidth / 4) * 4)] : [];
  });
  return [
    { operation: "embedding", variant: "row", checks: [embeddingCheck(embeddingShape(encoder, storage))] },
    ...(rotary.length > 0 ? [{ operation: "rotary", variant: "row", checks: rotary }] : []),
    { operation: "layer-norm", variant: "row", checks: norms },
    {
      operation: "pooling",
      variant: head.poolings.join("+"),
      checks: [poolingCheck(storage, width, stride, head.poolings)],
    },
    ...(steps.length > 0 ? [{ operation: "row steps", variant: "row", checks: steps }] : []),
  ];
}
