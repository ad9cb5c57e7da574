/**
 * A session: a model's weights, arena and plan on one device, with the kernels that were chosen for it. encoder.ts opens one, and another
 * when that device is lost.
 */
import type { GemmTuning, KernelReport } from "../../encoder/report.ts";
import type { ModelDescription } from "../../models/description.ts";
import type { NumericsClass } from "../choose/numerics-class.ts";
import { releaseBuffers } from "../device/buffers.ts";
import { type GpuContext, lossBehind, lostDevice } from "../device/context.ts";
import { chooseKernels, type ChosenKernels } from "../prove/self-check.ts";
import { makeArena, type Arena } from "./arena.ts";
import { BatchRunner } from "./batch-runner.ts";
import { compileAhead, makePlan, type Plan } from "./plan.ts";
import { checkSupported } from "./layout.ts";
import type { EncoderSetup } from "./setup.ts";
import { TokenRows } from "./token-rows.ts";
import { releaseWeights, uploadWeights, type GpuWeights } from "./weights.ts";

export interface SessionOptions {
  /** Opens the device; called again after a loss. */
  readonly open: () => Promise<GpuContext>;
  /** The class, or with `storage` the one of that storage. */
  readonly numerics: (context: GpuContext, storage?: "f32") => NumericsClass;
  /** Tokens of a batch; null: what suits the adapter. */
  readonly tokenBudget: number | null;
  /** Receives what a user should hear once. */
  readonly onNotice?: ((message: string) => void) | undefined;
}

export interface Session {
  readonly setup: EncoderSetup;
  readonly numerics: NumericsClass;
  readonly kernels: readonly KernelReport[];
  /** Another when the products have been measured. */
  tuning: GemmTuning;
  /** Measures the products; null where that is done, or means nothing. */
  readonly tune: ChosenKernels["tune"];
  readonly weights: GpuWeights;
  readonly arena: Arena;
  readonly plan: Plan;
  readonly tokenRows: TokenRows;
  readonly runner: BatchRunner;
}

/** Token budget of a software adapter: small, since a batch takes seconds there. */
const softwareTokenBudget = 2048;
const gpuTokenBudget = 16_384;

/** With matrix units a batch this large still takes a few milliseconds, and fills the chip's last wave of workgroups better. */
const matrixTokenBudget = 49_152;

/**
 * Chooses and proves the kernels, uploads the weights and compiles the plan.
 *
 * @param signal gives up between two steps, and frees what was made
 * @throws KernelCheckError, GpuOutOfMemoryError, DeviceLostError, ModelFileError, UnsupportedModelError (also for parts of a model that only the CPU device has); the
 *   signal's reason
 */
export async function openSession(
  description: ModelDescription,
  options: SessionOptions,
  signal?: AbortSignal,
): Promise<Session> {
  checkSupported(description.encoder, description.maxLength);
  const context = await options.open();
  if (context.loss.reason !== null) throw lostDevice(context, "a model was made ready", context.loss.reason);
  try {
    return await sessionOn(context, description, options, signal);
  } catch (error) {
    throw signal?.aborted ? error : await lossBehind(context, "a model was made ready", error);
  }
}

async function sessionOn(
  context: GpuContext,
  { encoder, head, maxLength: longest }: ModelDescription,
  options: SessionOptions,
  signal?: AbortSignal,
): Promise<Session> {
  const numerics = options.numerics(context);
  signal?.throwIfAborted();
  const { choice, kernels, tuning, tune } = await chooseKernels(context, numerics, encoder, head, longest);
  const setup: EncoderSetup = { context, encoder, head, storage: numerics.storage, choice, longest };
  // Drivers compile while the weights are read.
  compileAhead(setup);
  const uploaded = await uploadWeights(setup, signal);
  let arena: Arena | null = null;
  try {
    arena = await makeArena(setup, Math.max(options.tokenBudget ?? usualTokenBudget(context, numerics), longest));
    const plan = await makePlan(setup, uploaded, arena);
    signal?.throwIfAborted();
    const tokenRows = new TokenRows(setup, arena);
    return {
      setup,
      numerics,
      kernels,
      tuning,
      tune,
      weights: uploaded,
      arena,
      plan,
      tokenRows,
      runner: new BatchRunner(setup, arena, plan, tokenRows),
    };
  } catch (error) {
    if (arena !== null) releaseBuffers(context, arena.buffers);
    releaseWeights(context, uploaded);
    throw error;
  }
}

function usualTokenBudget({ report }: GpuContext, { matrix }: NumericsClass): number {
  if (report.software) return softwareTokenBudget;
  return matrix === null ? gpuTokenBudget : matrixTokenBudget;
}

/** Frees a session's buffers; the device stays. */
export function releaseSession({ setup: { context }, weights, arena, tokenRows }: Session): void {
  tokenRows.release();
  releaseBuffers(context, arena.buffers);
  releaseWeights(context, weights);
}
