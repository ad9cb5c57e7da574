/** The WebGPU door, the browser's side: `navigator.gpu`, where the page is a secure context and the browser has it. */

/** What `openWebGpu` found: the entry object, or why there is none. */
export type WebGpuDoor =
  | { readonly gpu: GPU; readonly runtime: string }
  | { readonly gpu: null; readonly reason: string };

/** The browser's own WebGPU. */
export function openWebGpu(): Promise<WebGpuDoor> {
  const gpu = globalThis.navigator?.gpu;
  return Promise.resolve(
    gpu
      ? { gpu, runtime: "the browser's WebGPU" }
      : {
          gpu: null,
          reason: "navigator.gpu is missing: this browser has no WebGPU, or the page is not a secure context",
        },
  );
}

/** Shaders always run in a browser. */
export function shadersRun(): boolean {
  return true;
}
