/** The WebGPU door, the browser's side: `navigator.gpu`, where the page is a secure context and the browser has it. */
import type { WebGpuDoor } from "./webgpu-types.ts";

/** How to admit an adapter that runs on the CPU, for messages. */
export const admitSoftwareAdapter = "allowSoftwareAdapter";

/** The browser's own WebGPU. */
export function openWebGpu(): Promise<WebGpuDoor> {
  const gpu = globalThis.navigator?.gpu;
  return Promise.resolve(
    gpu
      ? { gpu, runtime: "the browser's WebGPU", noAdapter: noAdapter() }
      : { gpu: null, reason: globalThis.isSecureContext ? missing() : insecure },
  );
}

/** Shaders always run in a browser. */
export function shadersRun(): boolean {
  return true;
}

/** Whether the end of a GPU's work is noticed from a timer, unless something is submitted meanwhile. */
export function completesFromTimer(): boolean {
  return isFirefox();
}

const insecure =
  "browsers offer WebGPU to secure contexts only, and this page is not one. Serve it over https, or open it from localhost";

function missing(): string {
  const has = "this browser has no WebGPU (navigator.gpu is missing).";
  if (isFirefox())
    return `${has} Firefox has it on Windows since 141 and on Macs with Apple silicon since 145, not on Linux`;
  if (isChromium())
    return `${has} Chrome and Edge have it since 113; on Linux, chrome://flags/#enable-unsafe-webgpu turns it on`;
  return `${has} Chrome and Edge have it since 113, Safari since 26, Firefox on Windows since 141`;
}

function noAdapter(): string {
  const said = "the browser's WebGPU offers no adapter. Turn hardware acceleration on in the browser's settings";
  if (!isChromium() || !/Linux/.test(userAgent())) return said;
  return `${said}; on Linux, Chrome uses some GPUs only with chrome://flags/#enable-unsafe-webgpu and #enable-vulkan turned on`;
}

function userAgent(): string {
  return globalThis.navigator?.userAgent ?? "";
}

function isFirefox(): boolean {
  return /\bFirefox\//.test(userAgent());
}

function isChromium(): boolean {
  return /\bChrom(e|ium)\//.test(userAgent());
}
