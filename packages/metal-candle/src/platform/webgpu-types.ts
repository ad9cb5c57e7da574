/** What the WebGPU door gives. Types only; `webgpu.node.ts` and `webgpu.browser.ts` implement it. */

/** What `openWebGpu` found: the entry object, or why there is none. */
export type WebGpuDoor =
  | {
      readonly gpu: GPU;
      readonly runtime: string;
      /** What to say where it has no adapter, and what to do. */
      readonly noAdapter: string;
    }
  | {
      readonly gpu: null;
      readonly reason: string;
      /** A sentence on what to do. */
      readonly advice?: string;
    };
