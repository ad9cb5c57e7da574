/** Which devices the option `devices` means on this machine. */
import { describe } from "../describe.ts";
import { GpuUnavailableError, InvalidArgumentError } from "../errors.ts";
import type { DevicesChoice, LoadOptions } from "../options.ts";
import type { GpuInMachine } from "../platform/gpu-types.ts";

/** One of several devices. */
export interface DeviceChosen {
  /** For a person: "GPU 1 (NVIDIA H200)". */
  readonly label: string;
  /** Null: the CPU, or the one GPU that WebGPU finds. */
  readonly gpu: GpuInMachine | null;
  readonly device: "gpu" | "cpu";
}

/** Processes of one model; each has the model in memory. */
const mostDevices = 64;

/** @throws InvalidArgumentError for anything but "all", "cpu" or a list of GPU numbers and "cpu", and for options that processes cannot have */
export function checkDevices(options: LoadOptions): void {
  const { devices, device = "auto", gpuDevice, worker, onBatch } = options;
  if (devices === undefined) return;
  if (devices !== "all" && devices !== "cpu") {
    const isList = Array.isArray(devices) && devices.length > 0 && devices.length <= mostDevices;
    const wrong = isList ? devices.find((one) => one !== "cpu" && !(Number.isInteger(one) && one >= 0)) : devices;
    if (wrong !== undefined) {
      throw new InvalidArgumentError(
        `devices is ${describe(wrong)}; it must be "all", "cpu", or a list of 1 to ${mostDevices} GPU numbers (from 0) and "cpu".`,
      );
    }
  }
  if (device !== "auto") {
    throw new InvalidArgumentError(`device is "${device}", and devices was given, too. Give one of them.`);
  }
  for (const [name, value] of Object.entries({ gpuDevice, worker, onBatch })) {
    if (value === undefined || value === false) continue;
    throw new InvalidArgumentError(
      `${name} belongs to this process, and devices run in others. Leave one of them out.`,
    );
  }
}

/**
 * The devices in the order that they were named.
 *
 * @throws GpuUnavailableError for "all" without a GPU, and for a number that no GPU has
 */
export function chosenDevices(
  devices: DevicesChoice,
  gpus: readonly GpuInMachine[],
  allowsSoftware: boolean,
): DeviceChosen[] {
  const cpu: DeviceChosen = { label: "the CPU", gpu: null, device: "cpu" };
  const onGpu = (gpu: GpuInMachine): DeviceChosen => ({ label: `GPU ${gpu.index} (${gpu.name})`, gpu, device: "gpu" });
  // What emulates a GPU is not one of the system's devices: it is whatever Vulkan's loader finds.
  const emulated: DeviceChosen = { label: "GPU 0 (a software adapter)", gpu: null, device: "gpu" };
  const known = gpus.length > 0 ? gpus.map(onGpu) : allowsSoftware ? [emulated] : [];
  if (devices === "cpu") return [cpu];
  if (devices === "all") {
    if (known.length > 0) return known;
    throw new GpuUnavailableError(`No GPU: the system lists none with a driver. Use devices "cpu".`);
  }
  return devices.map((one) => {
    if (one === "cpu") return cpu;
    const found = known[one];
    if (found !== undefined) return found;
    const there = known.length === 0 ? "none" : known.map(({ label }) => label).join(", ");
    throw new GpuUnavailableError(`There is no GPU ${one} here. GPUs that have a driver: ${there}.`);
  });
}
