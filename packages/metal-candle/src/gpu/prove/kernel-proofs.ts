/**
 * Proving kernels on the adapter at hand: candidates are tried in order, the first that agrees with its reference is taken, and
 * what was dropped is reported with the reason.
 *
 * What is to be proved is for others to say: self-check.ts does for a model. Passes are remembered (verdict-cache.ts).
 */
import { KernelCheckError } from "../../errors.ts";
import { shadersRun } from "#platform/webgpu";
import type { KernelReport } from "../../encoder/report.ts";
import type { GpuContext } from "../device/context.ts";
import type { KernelProgram } from "../device/kernel-program.ts";
import { runCheck, type KernelCheck } from "./kernel-check.ts";
import { runProgram } from "./run-program.ts";
import { VerdictCache } from "./verdict-cache.ts";

/** One way to compute an operation: what is returned if it passes, its name, and its checks. */
export type KernelCandidate<T> = readonly [T, string, () => readonly KernelCheck[]];

export class KernelProofs {
  /** Of the operations proved so far, in order. */
  readonly reports: KernelReport[] = [];
  readonly #context: GpuContext;
  readonly #verdicts: VerdictCache;

  private constructor(context: GpuContext, verdicts: VerdictCache) {
    this.#context = context;
    this.#verdicts = verdicts;
  }

  /** Reads what is remembered for the context's adapter. */
  static async open(context: GpuContext): Promise<KernelProofs> {
    return new KernelProofs(context, await VerdictCache.open(context.report));
  }

  /**
   * The first candidate whose checks all pass.
   * @param objection what else speaks against a candidate that passed; null for nothing
   * @throws KernelCheckError when none does
   */
  async prove<T>(
    operation: string,
    candidates: readonly KernelCandidate<T>[],
    objection: (candidate: T) => Promise<string | null> = async () => null,
  ): Promise<T> {
    const dropped: { variant: string; reason: string }[] = [];
    for (const [candidate, variant, checks] of candidates) {
      const failure = (await this.firstFailure(checks())) ?? (await objection(candidate));
      if (failure === null) {
        this.reports.push({ operation, variant, dropped });
        return candidate;
      }
      dropped.push({ variant, reason: failure });
    }
    throw new KernelCheckError(
      `No kernel for ${operation} agrees with its reference on ${this.#context.report.name}: ` +
        `${dropped.map(({ variant, reason }) => `${variant}: ${reason}`).join("; ")}. ` +
        `This is a bug of the driver or of ours: please report it with what diagnose() of "metal-candle/diagnostics" returns. ` +
        `Models run on device "cpu" meanwhile.`,
    );
  }

  /** Starts to compile what checks that have not passed here yet will need: drivers compile many kernels at once, and wait for nobody. */
  compileAhead(checks: readonly KernelCheck[]): void {
    for (const { program } of checks) {
      if (this.#isProved(program)) continue;
      // Whoever needs the kernel hears why it does not compile.
      this.#context.pipelines.get(program).catch(() => undefined);
    }
  }

  #isProved(program: KernelProgram): boolean {
    return shadersRun() && this.#verdicts.has(program);
  }

  /**
   * Runs checks in order; null when all pass. A verdict is remembered by adapter, driver and the kernel's own text, once all of that
   * kernel's checks have passed.
   */
  async firstFailure(checks: readonly KernelCheck[]): Promise<string | null> {
    const unproved = checks.filter(({ program }) => !this.#isProved(program));
    this.compileAhead(unproved);
    for (const check of unproved) {
      const { error } = await runCheck(this.#context, check);
      if (shadersRun() && error !== null) return error;
    }
    if (shadersRun()) for (const { program } of unproved) this.#verdicts.add(program);
    return null;
  }

  /**
   * Compares results with those of other checks on the same numbers, bit for bit, as far as both go (a higher tile has more rows):
   * what a tolerance lets pass may still differ. Null when all are the same; a verdict is remembered by both kernels' texts.
   */
  async firstDifference(checks: readonly KernelCheck[], usual: readonly KernelCheck[]): Promise<string | null> {
    if (!shadersRun()) return null;
    for (const [index, check] of checks.entries()) {
      const other = usual[index];
      const pair = { ...check.program, code: `${other.program.code}\n${check.program.code}` };
      if (check.program.code === other.program.code || this.#verdicts.has(pair)) continue;
      const [ours, theirs] = [await this.#words(check), await this.#words(other)];
      const common = Math.min(ours.length, theirs.length);
      let different = 0;
      for (let i = 0; i < common; i++) if (ours[i] !== theirs[i]) different += 1;
      if (different > 0) {
        return `"${check.program.label}" differs from "${other.program.label}" in ${different} of ${common} words`;
      }
      this.#verdicts.add(pair);
    }
    return null;
  }

  async #words({ program, inputs, output, grid }: KernelCheck): Promise<Uint32Array> {
    return new Uint32Array(await runProgram(this.#context, program, inputs, output, grid));
  }

  /** Writes what was proved, for the next time. */
  async save(): Promise<void> {
    await this.#verdicts.save();
  }
}
