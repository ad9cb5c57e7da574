/**
 * One named tensor of a model, read on demand and given as f32 whatever it is stored as (F32, F64, F16, BF16, q8_block32).
 *
 * Types only. Nothing holds a whole file: readers ask for the rows that they are about to upload or write.
 */
export interface WeightTensor {
  readonly name: string;
  /** PyTorch's order, row-major. */
  readonly shape: readonly number[];
  /** How it is stored: "F32", "F64", "F16", "BF16" or "q8_block32". */
  readonly storage: string;
  /**
   * Rows `first … first + count − 1` of the first dimension (the whole tensor by default), as f32.
   * The array is the caller's own.
   */
  read(first?: number, count?: number): Promise<Float32Array>;
  /** The same rows as they are stored, where that is q8_block32 and the tensor is not a part of a larger one. The arrays are the caller's own. */
  readBlocks?(first?: number, count?: number): Promise<QuantizedBlocks>;
}

/** A matrix in 8-bit blocks (q8-block32.ts). */
export interface QuantizedBlocks {
  /** Row-major. */
  readonly quantized: Int8Array<ArrayBuffer>;
  /** F16 bits, one for each 32 values. */
  readonly scales: Uint16Array<ArrayBuffer>;
}
