/** Every activation, as a table that the compiler holds complete: one that is added has to be added here, and its tests run with it. */
import type { Activation } from "../../src/models/encoder-description.ts";

const table: Readonly<Record<Activation, true>> = {
  identity: true,
  gelu: true,
  gelu_tanh: true,
  gelu_10: true,
  quick_gelu: true,
  relu: true,
  relu2: true,
  relu6: true,
  leaky_relu: true,
  silu: true,
  mish: true,
  tanh: true,
  sigmoid: true,
};

export const activations = Object.keys(table) as Activation[];
