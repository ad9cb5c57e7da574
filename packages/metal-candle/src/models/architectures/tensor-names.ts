/**
 * Where a family keeps its tensors, relative to the encoder's prefix.
 *
 * BERT, RoBERTa and XLM-R share one scheme; MPNet has another for attention. Each entry is a module's name: `.weight` and
 * `.bias` are added by who reads them.
 */
export interface TensorNames {
  readonly layer: (index: number) => {
    readonly query: string;
    readonly key: string;
    readonly value: string;
    readonly attentionOutput: string;
    readonly attentionNorm: string;
    readonly intermediate: string;
    readonly output: string;
    readonly outputNorm: string;
  };
  /** Table of the relative-position bias, or null. */
  readonly relativePositionBias: string | null;
}

/** BERT's scheme, which RoBERTa and XLM-R kept. */
export const bertNames: TensorNames = {
  layer: (index) => {
    const layer = `encoder.layer.${index}`;
    return {
      query: `${layer}.attention.self.query`,
      key: `${layer}.attention.self.key`,
      value: `${layer}.attention.self.value`,
      attentionOutput: `${layer}.attention.output.dense`,
      attentionNorm: `${layer}.attention.output.LayerNorm`,
      intermediate: `${layer}.intermediate.dense`,
      output: `${layer}.output.dense`,
      outputNorm: `${layer}.output.LayerNorm`,
    };
  },
  relativePositionBias: null,
};

/** MPNet's scheme: short attention names, and one relative-position table for all layers. */
export const mpnetNames: TensorNames = {
  layer: (index) => {
    const layer = `encoder.layer.${index}`;
    return {
      query: `${layer}.attention.attn.q`,
      key: `${layer}.attention.attn.k`,
      value: `${layer}.attention.attn.v`,
      attentionOutput: `${layer}.attention.attn.o`,
      attentionNorm: `${layer}.attention.LayerNorm`,
      intermediate: `${layer}.intermediate.dense`,
      output: `${layer}.output.dense`,
      outputNorm: `${layer}.output.LayerNorm`,
    };
  },
  relativePositionBias: "encoder.relative_attention_bias",
};
