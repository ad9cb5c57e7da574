/**
 * What can be told of the options that choose a device without looking for one. Apart from device-policy.ts, which opens it: a page whose engine
 * runs in a worker checks here and opens nothing.
 */
import { describe } from "./describe.ts";
import { InvalidArgumentError } from "./errors.ts";
import type { Dtype } from "./gpu/choose/numerics-class.ts";
import type { LoadOptions } from "./options.ts";

/**
 * @throws InvalidArgumentError for an unknown device, dtype or numerics, f16 on the CPU, a gpuDevice that is not a GPUDevice, or one together with "cpu"
 */
export function checkDevice(options: Pick<LoadOptions, "device" | "dtype" | "numerics" | "gpuDevice">): void {
  const { device = "auto", dtype = "auto", numerics = "auto", gpuDevice } = options;
  if (!["auto", "gpu", "cpu"].includes(device)) {
    throw new InvalidArgumentError(`device is "${device}"; it must be "auto", "gpu" or "cpu".`);
  }
  if (!["auto", "f32", "f16"].includes(dtype)) {
    throw new InvalidArgumentError(`dtype is "${dtype}"; it must be "auto", "f32" or "f16".`);
  }
  if (!["auto", "scalar"].includes(numerics)) {
    throw new InvalidArgumentError(`numerics is "${numerics}"; it must be "auto" or "scalar".`);
  }
  if (device === "cpu") refuseHalfOnCpu(dtype, "the CPU device");
  if (gpuDevice === undefined) return;
  if (device === "cpu") {
    throw new InvalidArgumentError(
      `device is "cpu", and a gpuDevice was given, too. Leave gpuDevice out, or use device "gpu".`,
    );
  }
  checkGpuDevice(gpuDevice as GPUDevice, "gpuDevice");
}

/** @throws InvalidArgumentError for something that is not a GPUDevice; they have no constructor in Node, so its parts are looked for */
export function checkGpuDevice(device: GPUDevice, name: string): void {
  const parts: Partial<GPUDevice> = typeof device === "object" && device !== null ? device : {};
  const { queue, limits, features, lost, adapterInfo, createBuffer } = parts;
  if (queue && limits && features && lost && adapterInfo && typeof createBuffer === "function") return;
  throw new InvalidArgumentError(
    `${name} is ${describe(device)}; it must be a GPUDevice with adapterInfo, as adapter.requestDevice() gives it.`,
  );
}

/** The CPU device has no f16. */
export function refuseHalfOnCpu(dtype: Dtype, who: string): void {
  if (dtype === "f16") {
    throw new InvalidArgumentError(`dtype is "f16", but ${who} computes in f32 alone. Use dtype "f32" or "auto".`);
  }
}
