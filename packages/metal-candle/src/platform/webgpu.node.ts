/**
 * The WebGPU door, Node's side: Dawn through the `webgpu` package, loaded only when a GPU is asked for.
 *
 * The package is an optional dependency with native libraries (glibc 2.34 and later on Linux); where it cannot load, the CPU device
 * must still work, so failure here is an answer, not an exception at import.
 */
import { memoryShortage } from "./memory-limit.node.ts";
import type { WebGpuDoor } from "./webgpu-types.ts";

/** How to admit an adapter that runs on the CPU, for messages. */
export const admitSoftwareAdapter = "allowSoftwareAdapter (METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER=1)";

/**
 * Dawn brings the process down when the object that `create()` returned is collected, so it is held here for the life of the
 * process. What is held is the promise: callers at the same time would otherwise each open one, and all but the last be collected.
 */
let door: Promise<WebGpuDoor> | undefined;

const enabled = ["allow_unsafe_apis", "disable_robustness", "disable_workgroup_init", "vulkan_enable_f16_on_nvidia"];

const noAdapter =
  "Dawn (webgpu) found no adapter (looked for Metal, Vulkan and D3D12 drivers). Install the driver of your GPU (on Linux: a Vulkan " +
  'driver, see "vulkaninfo")';

/**
 * Opens WebGPU once. `METAL_CANDLE_DAWN_BACKEND` (e.g. "null") is for benchmarks of the host side alone; `METAL_CANDLE_DAWN_ADAPTER` names
 * the adapter of a process that is one of several.
 */
export function openWebGpu(): Promise<WebGpuDoor> {
  return (door ??= open());
}

async function open(): Promise<WebGpuDoor> {
  const other = otherRuntime();
  if (other !== null) return other;
  const { METAL_CANDLE_DAWN_BACKEND: backend, METAL_CANDLE_DAWN_ADAPTER: adapter } = process.env;
  const missing = backend ? null : missingVulkan();
  if (missing !== null) {
    return {
      gpu: null,
      reason: `Vulkan is not there (${missing})`,
      advice: "It comes with the driver of a GPU (its loader, on Debian and Ubuntu, with libvulkan1).",
    };
  }
  const shortage = backend ? null : memoryShortage();
  if (shortage !== null) return { gpu: null, reason: shortage };
  try {
    // Left to Node by bundlers of servers, which cannot follow how it finds its native library.
    const { create } = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ "webgpu");
    const options = [
      `enable-dawn-features=${enabled.join(",")}`,
      "disable-dawn-features=timestamp_quantization",
      ...(backend ? [`backend=${backend}`] : []),
      ...(adapter ? [`adapter=${adapter}`] : []),
    ];
    return { gpu: create(options) as GPU, runtime: "Dawn (webgpu)", noAdapter };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0]!.replace(/\.$/, "") : String(error);
    return { gpu: null, reason: `the "webgpu" package could not be loaded: ${reason}` };
  }
}

/** The first Bun in which the `webgpu` package was seen to work; older ones have been reported to crash when it loads. */
const soundBun = [1, 4] as const;

/** Deno has WebGPU of its own, and `webgpu` has been reported to crash there and in older Buns. Null in Node. */
function otherRuntime(): WebGpuDoor | null {
  const { deno, bun } = process.versions as Record<string, string | undefined>;
  if (deno !== undefined) {
    const gpu = (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
    if (gpu !== undefined)
      return {
        gpu,
        runtime: "Deno's WebGPU",
        noAdapter: "Deno's WebGPU offers no adapter. Install the driver of your GPU",
      };
    return { gpu: null, reason: `Deno ${deno} has no navigator.gpu. Update Deno` };
  }
  const [major = 0, minor = 0] = (bun ?? "").split(".").map(Number);
  if (bun === undefined || major > soundBun[0] || (major === soundBun[0] && minor >= soundBun[1])) return null;
  return {
    gpu: null,
    reason: `the "webgpu" package is not loaded in Bun ${bun}, where it can crash. Update Bun to ${soundBun.join(".")}`,
  };
}

/**
 * On Linux, what the system says where Vulkan's loader cannot be opened; null where it can. Dawn would find out too, but writes
 * to standard error past everybody, in words for its own developers.
 */
function missingVulkan(): string | null {
  if (process.platform !== "linux") return null;
  try {
    process.dlopen({ exports: {} }, "libvulkan.so.1");
  } catch (error) {
    // The system's words start with the library. Node's own, that it is not an addon, do not: it was opened.
    const [line] = (error as Error).message.split("\n");
    if (/^\S*libvulkan\.so\.1: /.test(line!)) return line!.replace(/cannot open .*: No such file.*/, "not found");
  }
  return null;
}

/** Whether shaders do not run here (Dawn's null backend): checks are then timed and their verdicts ignored. */
export function shadersRun(): boolean {
  return process.env.METAL_CANDLE_DAWN_BACKEND !== "null";
}

/** Dawn tells at once; `webgpu` needs nobody to ask. */
export function completesFromTimer(): boolean {
  return false;
}
