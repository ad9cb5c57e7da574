/**
 * Which member of a numerics class multiplies fastest on this adapter, for each product of this model: measured once, then
 * remembered. All candidates give the same bits (numerics-class.ts), so nothing but time depends on what is found here.
 *
 * Never on a software adapter: what is fast there says nothing about a GPU. A model works with the variant that the rule put first
 * (variants.ts) until its products are measured, between its batches (tuning-terms.ts); what was not finished goes on at the next load. A winner proves itself before it is used: against the reference, and bit for bit against the usual
 * variant.
 */
import { readCacheEntry, writeCacheEntry } from "#platform/cache";
import { shadersRun } from "#platform/webgpu";
import { GpuOutOfMemoryError } from "../../errors.ts";
import { median } from "../../median.ts";
import type { BatchKind, GemmTuning, TunedGemm } from "../../encoder/report.ts";
import { adapterKey } from "../device/adapter-report.ts";
import type { GpuContext } from "../device/context.ts";
import { GemmTimer } from "./gemm-timer.ts";
import { gemmProgram, tileRows, variantName, type GemmShape, type GemmVariant } from "../kernels/gemm/gemm.ts";
import { fingerprint } from "../prove/verdict-cache.ts";
import type { TuningTerms } from "./tuning-terms.ts";

/** Milliseconds of one submit: a GPU that drives a display must get it back. */
const longestSubmit = 20;
/** How much faster than the usual variant another must be: less is noise. */
const worthwhile = 0.97;
/** A variant this much slower than the fastest on one product is not tried on the next: compiling is most of the time here. */
const tooSlow = 1.25;
/** Milliseconds that a GPU may take to reach its clock. */
const longestWakeUp = 150;
const rounds = 5;
/** A variant this much slower than the fastest in one round is out of the rest. */
const hopelessRound = 2;
const kind = "autotune";

export interface TuningRequest {
  readonly batch: BatchKind;
  /** Rows to measure at. */
  readonly count: number;
  readonly shape: GemmShape;
  /** Bit-equal members of one class, the usual one first. */
  readonly candidates: readonly GemmVariant[];
}

export const untuned: GemmTuning = {
  source: "rule",
  milliseconds: 0,
  gemms: [],
  dropped: [],
  unfinished: null,
};

/** Says why a variant may not be used; null for nothing. */
export type Objection = (variant: GemmVariant, request: TuningRequest) => Promise<string | null>;

/** Whether there is anything to measure here. */
export function canTune({ report }: GpuContext): boolean {
  return !report.software && shadersRun();
}

/**
 * What was measured before, on this adapter for the same products; null for nothing, and where a winner no longer proves itself.
 *
 * @param objection what speaks against a variant: that it does not agree with its reference here, or has other bits
 */
export async function rememberedTuning(
  context: GpuContext,
  requests: readonly TuningRequest[],
  objection: Objection,
): Promise<GemmTuning | null> {
  if (!canTune(context)) return null;
  const remembered = readTuning(await readCacheEntry(kind, tuningKey(context, requests)), requests);
  if (remembered === null) return null;
  const holds = await all(remembered.gemms, async (gemm) => {
    const request = requestOf(requests, gemm)!;
    return (await objection(variantOf(request, gemm)!, request)) === null;
  });
  return holds ? remembered : null;
}

/**
 * Measures what is not remembered, and remembers it.
 *
 * @param requests in the order of what they are worth: the first are measured first
 * @param known what rememberedTuning gave
 */
export async function tuneGemms(
  context: GpuContext,
  requests: readonly TuningRequest[],
  objection: Objection,
  known: GemmTuning | null,
  terms: TuningTerms,
): Promise<GemmTuning> {
  if (!canTune(context)) return untuned;
  if (known?.unfinished === null) return known;
  const key = tuningKey(context, requests);
  const began = performance.now();
  const gemms = [...(known?.gemms ?? [])];
  const dropped = new Map(known?.dropped.map(({ variant, reason }) => [variant, reason]));
  const judged: Objection = async (variant, request) => {
    const reason = await objection(variant, request);
    if (reason !== null) dropped.set(variantName(variant), reason);
    return reason;
  };
  const soFar = (unfinished: string | null): GemmTuning => ({
    source: "measured",
    milliseconds: Math.round(performance.now() - began) + (known?.milliseconds ?? 0),
    gemms: [...gemms],
    dropped: [...dropped].map(([variant, reason]) => ({ variant, reason })),
    unfinished,
  });
  const keep = (tuning: GemmTuning): Promise<unknown> =>
    writeCacheEntry(kind, key, new TextEncoder().encode(JSON.stringify(tuning)));
  const slow: Record<BatchKind, Set<GemmVariant>> = { large: new Set(), small: new Set() };
  let unfinished: string | null = null;
  for (const asked of requests) {
    if (gemms.some((gemm) => isOf(gemm, asked))) continue;
    const request = { ...asked, candidates: asked.candidates.filter((candidate) => !slow[asked.batch].has(candidate)) };
    if (request.candidates.length < 2) continue;
    await terms.rest();
    const times = await measure(context, request, terms).catch((error: unknown) => {
      if (error instanceof GpuOutOfMemoryError) return error;
      throw error;
    });
    if (times instanceof GpuOutOfMemoryError) {
      unfinished = times.message;
      break;
    }
    // With the usual variant alone there is nothing to choose.
    const chosen = times.length < 2 ? null : await terms.before(choose(request, times, judged));
    const stands = `after ${gemms.length} of ${requests.length} products`;
    if (terms.isOver || chosen === "late") {
      unfinished = `the model was closed ${stands}`;
      break;
    }
    if (chosen === null) continue;
    gemms.push(chosen);
    for (const index of hopeless(times)) slow[request.batch].add(request.candidates[index]);
    // The process may end at any time.
    await keep(soFar(`the process ended after ${gemms.length} of ${requests.length} products`));
  }
  const tuning = soFar(unfinished);
  await keep(tuning);
  return tuning;
}

/** The variant that was chosen for a product; undefined where none was. */
export function tunedVariant(
  tuning: GemmTuning,
  requests: readonly TuningRequest[],
  batch: BatchKind,
  shape: GemmShape,
): GemmVariant | undefined {
  const request = requests.find((other) => other.batch === batch && sameProduct(other.shape, shape));
  const tuned = request && tuning.gemms.find((gemm) => isOf(gemm, request));
  return tuned && variantOf(request, tuned);
}

/** What tells products of the same size apart: gated ones, and such whose result is stored in another type; undefined for none of these. */
function formOf({ gated, output }: GemmShape): string | undefined {
  return gated ? "gated" : output && `stored in ${output}`;
}

function sameProduct(first: GemmShape, second: GemmShape): boolean {
  return first.n === second.n && first.k === second.k && formOf(first) === formOf(second);
}

/** Whether a choice was made for a request. */
function isOf({ batch, n, k, form }: TunedGemm, { batch: asked, shape }: TuningRequest): boolean {
  return batch === asked && n === shape.n && k === shape.k && form === formOf(shape);
}

/** One product in milliseconds, with this many dispatches in a submit. */
type Timing = (rows: number, dispatches: number) => Promise<number>;

/**
 * Milliseconds of one product in each round, for each candidate, in the candidates' order; Infinity for one that does not compile here. None
 * where the model is closed meanwhile.
 */
async function measure(context: GpuContext, request: TuningRequest, terms: TuningTerms): Promise<number[][]> {
  const timer = await GemmTimer.open(context, request.shape, request.count);
  const preparing = request.candidates.map((variant) => timer.prepare(variant).catch((): null => null));
  try {
    const timings: (Timing | null)[] = [];
    for (const prepared of preparing) {
      const timing = await terms.before(prepared);
      if (timing === "late") break;
      timings.push(timing && ((...size) => terms.turn(() => timing(...size))));
    }
    const usual = timings[0];
    if (!usual || timings.length < 2) return [];
    // The usual variant decides how many rows, and how many times, one submit affords.
    let rows = Math.min(request.count, timer.mostRows, 4 * tileRows);
    await usual(rows, 1);
    if (terms.isOver) return [];
    const affordable = Math.floor((rows * longestSubmit) / (await usual(rows, 1)) / tileRows) * tileRows;
    rows = Math.min(request.count, timer.mostRows, Math.max(rows, affordable));
    const dispatches = Math.max(1, Math.min(20, Math.floor(longestSubmit / 4 / (await usual(rows, 1)))));
    await wakeUp(() => usual(rows, dispatches), terms);
    return await inRounds(
      timings.map((timing) => async () => (timing ? (await timing(rows, dispatches)) / dispatches : Infinity)),
      () => terms.isOver,
    );
  } finally {
    // Compilations that were cut off still bind these buffers when they are done; whoever closes the model waits for them, nobody else.
    const closed = Promise.all(preparing).then(() => timer.close());
    if (terms.isOver) await closed;
  }
}

/** An idle GPU runs at a fraction of its clock: it works until it is no faster than it was, so that all are timed awake. */
async function wakeUp(work: () => Promise<number>, terms: TuningTerms): Promise<void> {
  const began = performance.now();
  let best = await work();
  for (let same = 0; same < 3 && performance.now() - began < longestWakeUp && !terms.isOver;) {
    const time = await work();
    same = time < best * worthwhile ? 0 : same + 1;
    best = Math.min(best, time);
  }
}

/**
 * Times all in turn, round by round, so that a clock that rises or falls meanwhile is the same for all of them. What the first
 * round shows to be hopeless is not timed again.
 *
 * @returns the times of each, one a round; none at all where time was up before the last: few rounds are not to be kept for good
 */
export async function inRounds(
  timings: readonly (() => Promise<number>)[],
  isLate: () => boolean = () => false,
): Promise<number[][]> {
  const times: number[][] = timings.map(() => []);
  let left = timings.map((_, index) => index);
  for (let round = 0; round < rounds; round++) {
    for (const index of left) {
      if (isLate()) return [];
      times[index].push(await timings[index]());
    }
    const limit = Math.min(...left.map((index) => times[index].at(-1)!)) * hopelessRound;
    left = left.filter((index) => index === 0 || times[index].at(-1)! <= limit);
  }
  return times;
}

/** The fastest of those measured that proves itself; the usual one where none is clearly faster. */
async function choose(
  request: TuningRequest,
  times: readonly (readonly number[])[],
  objection: Objection,
): Promise<TunedGemm> {
  const { batch, shape, candidates } = request;
  const form = formOf(shape);
  let chosen = 0;
  for (const index of fasterThanUsual(times)) {
    if ((await objection(candidates[index], request)) === null) {
      chosen = index;
      break;
    }
  }
  return {
    batch,
    n: shape.n,
    k: shape.k,
    ...(form === undefined ? {} : { form }),
    variant: variantName(candidates[chosen]),
    microseconds: Math.round(median(times[chosen]) * 1e4) / 10,
    measured: times.length,
  };
}

/** Indexes of those so much slower than the fastest that another product of the same kind of batch need not try them; never the first. */
export function hopeless(times: readonly (readonly number[])[]): number[] {
  const medians = times.map(median);
  const limit = Math.min(...medians) * tooSlow;
  return medians.map((_, index) => index).filter((index) => index > 0 && medians[index] > limit);
}

/**
 * Indexes of those clearly faster than the first, the usual one, fastest first: by the median of their rounds and in most rounds,
 * because a choice is kept for good.
 */
export function fasterThanUsual(times: readonly (readonly number[])[]): number[] {
  const medians = times.map(median);
  const wins = (index: number): number =>
    times[index].filter((time, round) => time < (times[0][round] ?? 0) * worthwhile).length;
  return medians
    .map((_, index) => index)
    .filter((index) => medians[index] < medians[0] * worthwhile && wins(index) > times[0].length / 2)
    .toSorted((first, second) => medians[first] - medians[second]);
}

/** What a tuning depends on: the adapter, every product, every candidate's text. */
function tuningKey({ report }: GpuContext, requests: readonly TuningRequest[]): string {
  const products = requests.map(({ batch, count, shape, candidates }) => {
    const programs = candidates.map((candidate) => fingerprint(gemmProgram(candidate, shape)));
    return `${batch} ${count} ${shape.storage} ${formOf(shape) ?? ""} ${shape.n}x${shape.k} ${programs.join(" ")}`;
  });
  return [adapterKey(report), ...products].join("\n");
}

/** A remembered tuning; null for none, or one that does not fit what is asked. */
export function readTuning(content: Uint8Array | null, requests: readonly TuningRequest[]): GemmTuning | null {
  if (content === null) return null;
  try {
    const tuning = JSON.parse(new TextDecoder().decode(content)) as GemmTuning;
    const fits = tuning.gemms.every((gemm) => variantOf(requestOf(requests, gemm), gemm) !== undefined);
    // All of it is there, or nothing is.
    return fits && Array.isArray(tuning.dropped) && tuning.unfinished !== undefined
      ? { ...tuning, source: "cache" }
      : null;
  } catch {
    return null;
  }
}

function requestOf(requests: readonly TuningRequest[], gemm: TunedGemm): TuningRequest | undefined {
  return requests.find((request) => isOf(gemm, request));
}

function variantOf(request: TuningRequest | undefined, { variant }: TunedGemm): GemmVariant | undefined {
  return request?.candidates.find((candidate) => variantName(candidate) === variant);
}

async function all<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (!(await holds(item))) return false;
  return true;
}
