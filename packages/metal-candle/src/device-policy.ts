/**
 * Which device a model runs on. "gpu" is a GPU or an error; "cpu" is the CPU; "auto" is the GPU where there is one, else the CPU,
 * and says which and why. Nothing falls back without a word, and no operation of a GPU model ever moves to the CPU.
 */
import { environmentVariable } from "#platform/environment";
import { checkDevice, refuseHalfOnCpu } from "./check-device.ts";
import { GpuUnavailableError } from "./errors.ts";
import { adoptDevice, openGpu, type GpuContext } from "./gpu/device/context.ts";
import type { Dtype, NumericsChoice } from "./gpu/choose/numerics-class.ts";
import type { DeviceChoice, GpuDeviceLike } from "./options.ts";

export interface DevicePolicyOptions {
  readonly device: DeviceChoice;
  readonly dtype: Dtype;
  readonly numerics?: NumericsChoice | undefined;
  /** Admit SwiftShader, lavapipe and WARP; METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER=1 does the same. */
  readonly allowSoftwareAdapter: boolean | undefined;
  /** A device of the caller's: the GPU, then, whatever adapter it is on. */
  readonly gpuDevice?: GpuDeviceLike | undefined;
}

export interface ChosenDevice {
  readonly device: "gpu" | "cpu";
  /** One sentence for a person. */
  readonly reason: string;
  readonly context: GpuContext | null;
}

/** Whether software adapters are admitted, by option or environment. */
export function softwareAdapterAllowed(option: boolean | undefined): boolean {
  const variable = environmentVariable("METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER");
  return option ?? (variable !== undefined && variable !== "0" && variable !== "false");
}

/**
 * @throws GpuUnavailableError for "gpu" without one
 * @throws DeviceLostError for a GPUDevice that is lost
 * @throws InvalidArgumentError as checkDevice does
 */
export async function chooseDevice(options: DevicePolicyOptions): Promise<ChosenDevice> {
  checkDevice(options);
  const { device, dtype, gpuDevice } = options;
  if (device === "cpu") return { device: "cpu", reason: "the CPU, as asked", context: null };
  if (gpuDevice !== undefined) {
    const context = await adoptDevice(gpuDevice as GPUDevice, "gpuDevice");
    return { device: "gpu", reason: "the GPUDevice that the caller gave", context };
  }
  try {
    const context = await openGpu(softwareAdapterAllowed(options.allowSoftwareAdapter));
    const kind = context.report.software ? "a software adapter, as admitted" : "a GPU";
    return { device: "gpu", reason: `${context.report.name} (${kind})`, context };
  } catch (error) {
    if (device === "gpu" || !(error instanceof GpuUnavailableError)) throw error;
    refuseHalfOnCpu(dtype, "there is no GPU here, and the CPU device");
    return { device: "cpu", reason: `the CPU. ${error.finding}`, context: null };
  }
}
