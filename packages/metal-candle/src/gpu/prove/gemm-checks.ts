/**
 * The proofs of GEMM variants for a model's products, the same ones each time while a choice is made: a proof keeps its numbers, and they are asked
 * for when a variant is proved and again when it is compared with another. Making them takes longer than running them.
 */
import { gemmCheck } from "../kernels/gemm/check.ts";
import type { GemmShape, GemmVariant } from "../kernels/gemm/gemm.ts";
import { distinct } from "./distinct.ts";
import type { KernelCheck } from "./kernel-check.ts";

export class GemmChecks {
  readonly #made = new Map<string, KernelCheck>();

  /** A variant's proofs for products: each activation, form and storage of the result that there is among them. */
  of(variant: GemmVariant, products: readonly GemmShape[]): KernelCheck[] {
    const forms = distinct(
      products.map(({ storage, activation, gated, output }) => ({ storage, activation, gated, output })),
    );
    return forms.map((form) => {
      const key = JSON.stringify([variant, form]);
      const check = this.#made.get(key) ?? gemmCheck(variant, form);
      this.#made.set(key, check);
      return check;
    });
  }

  /** Lets go of the numbers when a choice is made: a model lives long after it. */
  forget(): void {
    this.#made.clear();
  }
}
