/**
 * Compiled kernels of one device: each program is compiled once, and its bind-group layout is the one that it declares.
 *
 * Layouts are explicit, so that pipelines with the same kinds of bindings share bind groups, and a binding that a variant does
 * not read is still allowed.
 */
import { KernelCheckError } from "../../errors.ts";
import type { BindingUse, KernelProgram } from "./kernel-program.ts";
import { scoped } from "./scopes.ts";

export interface CompiledKernel {
  readonly program: KernelProgram;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

export class Pipelines {
  /** Kernels compiled so far: stats() shows that it stops growing after warm-up. */
  compiled = 0;
  readonly #device: GPUDevice;
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #kernels = new Map<string, Promise<CompiledKernel>>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * The compiled form of a program.
   * @throws KernelCheckError when the driver does not accept it; the message carries the compiler's first line.
   */
  get(program: KernelProgram): Promise<CompiledKernel> {
    const known = this.#kernels.get(program.code);
    if (known) return known;
    const compiling = this.#compile(program);
    this.#kernels.set(program.code, compiling);
    return compiling;
  }

  /** A bind group of whole buffers or ranges, in binding order. */
  bind(kernel: CompiledKernel, buffers: readonly GPUBufferBinding[]): GPUBindGroup {
    return this.#device.createBindGroup({
      label: kernel.program.label,
      layout: kernel.layout,
      entries: buffers.map((resource, binding) => ({ binding, resource })),
    });
  }

  async #compile(program: KernelProgram): Promise<CompiledKernel> {
    this.compiled += 1;
    const layout = this.#layout(program.bindings);
    const device = this.#device;
    const { value: compiling, complaint } = scoped(device, () =>
      device.createComputePipelineAsync({
        label: program.label,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: {
          module: device.createShaderModule({ label: program.label, code: program.code }),
          entryPoint: "main",
        },
      }),
    );
    const [outcome] = await Promise.allSettled([compiling]);
    const error = (await complaint)?.message ?? (outcome.status === "rejected" ? String(outcome.reason) : null);
    if (error !== null || outcome.status === "rejected") {
      throw new KernelCheckError(
        `The kernel "${program.label}" does not compile on this adapter: ${(error as string).slice(0, 600)}`,
      );
    }
    return { program, pipeline: outcome.value, layout };
  }

  #layout(bindings: readonly BindingUse[]): GPUBindGroupLayout {
    const key = bindings.join();
    let layout = this.#layouts.get(key);
    if (!layout) {
      layout = this.#device.createBindGroupLayout({
        entries: bindings.map((use, binding) => ({
          binding,
          // GPUShaderStage.COMPUTE
          visibility: 4,
          buffer: { type: use === "read" ? "read-only-storage" : "storage" },
        })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}
