/**
 * The names that configs give to activation functions, and which maths each stands for. The maths: encoder/activation.ts, gpu/wgsl/activations.ts,
 * cpu/activation-graph.ts.
 *
 * Two vocabularies: transformers' `hidden_act` strings, and the PyTorch class paths of sentence-transformers' Dense layers and
 * rerankers. A name that is not here is an error, never a guess.
 */
import { UnsupportedModelError } from "../errors.ts";
import type { Activation } from "./encoder-description.ts";

/** transformers' ACT2FN, as far as we compute it. All of gelu_new, gelu_fast and gelu_accurate are the tanh form. */
const hiddenActivations: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ["gelu", "gelu"],
  ["gelu_python", "gelu"],
  ["gelu_new", "gelu_tanh"],
  ["gelu_fast", "gelu_tanh"],
  ["gelu_accurate", "gelu_tanh"],
  ["gelu_pytorch_tanh", "gelu_tanh"],
  ["gelu_python_tanh", "gelu_tanh"],
  ["gelu_10", "gelu_10"],
  ["quick_gelu", "quick_gelu"],
  ["relu", "relu"],
  ["relu2", "relu2"],
  ["relu6", "relu6"],
  ["leaky_relu", "leaky_relu"],
  ["mish", "mish"],
  ["silu", "silu"],
  ["swish", "silu"],
  ["tanh", "tanh"],
  ["sigmoid", "sigmoid"],
  ["linear", "identity"],
]);

/** torch.nn classes, made without arguments. */
const torchClasses: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ["Identity", "identity"],
  ["Tanh", "tanh"],
  ["Sigmoid", "sigmoid"],
  ["ReLU", "relu"],
  ["ReLU6", "relu6"],
  ["LeakyReLU", "leaky_relu"],
  ["GELU", "gelu"],
  ["SiLU", "silu"],
  ["Mish", "mish"],
]);

/**
 * The activation of an encoder's feed-forward layers.
 * @param key where the config has it, for the message
 */
export function hiddenActivation(name: string, path: string, key = "hidden_act"): Activation {
  const activation = hiddenActivations.get(name);
  if (activation !== undefined) return activation;
  throw new UnsupportedModelError(
    `${path}: the activation "${name}" (${key}) is not supported; supported are ${[...hiddenActivations.keys()].join(", ")}.`,
  );
}

/** The activation that a PyTorch class path names, such as `torch.nn.modules.activation.Tanh`. */
export function torchActivation(classPath: string, path: string): Activation {
  const activation = classPath.startsWith("torch.nn.") ? torchClasses.get(classPath.split(".").at(-1)!) : undefined;
  if (activation !== undefined) return activation;
  throw new UnsupportedModelError(
    `${path}: the activation "${classPath}" is not supported; supported are torch.nn's ${[...torchClasses.keys()].join(", ")}.`,
  );
}
