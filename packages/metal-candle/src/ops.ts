/** metal-candle/ops: single operations on the GPU, for people who need the one that their runtime lacks. */
export { layerNorm, type LayerNormOptions } from "./ops/layer-norm.ts";
export { rmsNorm, type RmsNormOptions } from "./ops/rms-norm.ts";
export { softmax } from "./ops/softmax.ts";
export type { GpuDeviceLike } from "./options.ts";
export type { GpuBufferLike, GpuTensor, HostTensor, OpOptions } from "./ops/tensor.ts";
