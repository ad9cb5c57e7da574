/**
 * The process's one GPU device, shared by every model, and reopened after a loss.
 *
 * Policy (which device a model gets) is device-policy.ts; this file only opens what it is told to, or says why it cannot.
 */
import { admitSoftwareAdapter, openWebGpu } from "#platform/webgpu";
import { describeAdapter, reportedLimits } from "./adapter-report.ts";
import type { AdapterReport } from "../../encoder/report.ts";
import { checkGpuDevice } from "../../check-device.ts";
import { DeviceLostError, GpuUnavailableError, KernelCheckError, MetalCandleError } from "../../errors.ts";
import { Pipelines } from "./pipelines.ts";
import { type Scoped, scoped } from "./scopes.ts";

export interface GpuContext {
  readonly device: GPUDevice;
  readonly report: AdapterReport;
  readonly pipelines: Pipelines;
  /** Set once the device is gone; nothing submitted afterwards comes back. */
  readonly loss: { reason: string | null };
  /** Bytes and number of the buffers made and not destroyed: what model.stats() counts. */
  readonly allocations: { buffers: number; bytes: number };
  /** True for a device that the caller made: it cannot be reopened, and an error that nobody captured may be the caller's. */
  readonly adopted: boolean;
}

const optionalFeatures = ["shader-f16", "subgroups", "chromium-experimental-subgroup-matrix", "timestamp-query"];

let shared: Promise<GpuContext> | null = null;

/**
 * Opens the shared device, or gives the one that is open.
 * @throws GpuUnavailableError when there is no adapter, or only a software one that was not allowed.
 */
export async function openGpu(allowSoftwareAdapter: boolean): Promise<GpuContext> {
  const before = shared;
  const current = await before?.catch(() => null);
  // Who waited beside us may have opened another by now: that one serves us, too.
  if (shared === before && (!current || current.loss.reason !== null)) shared = open();
  const context = await (shared as Promise<GpuContext>);
  if (context.report.software && !allowSoftwareAdapter) {
    throw new GpuUnavailableError(
      `No GPU: the only WebGPU adapter here is a software one (${context.report.name}), which runs on the CPU.`,
      {
        advice:
          `It is meant for tests. Install the graphics driver of your GPU, use device "cpu", or admit the software adapter with ` +
          `${admitSoftwareAdapter}.`,
      },
    );
  }
  return context;
}

/** One context for each device of callers', so that its compiled kernels are kept, and what is known of its loss. */
const adoptedDevices = new WeakMap<GPUDevice, GpuContext>();

/**
 * The context of a device that the caller made: the same one each time.
 *
 * @param name the argument that it came in, for messages
 * @throws InvalidArgumentError for something that is not a GPUDevice; DeviceLostError for one that is lost
 */
export async function adoptDevice(device: GPUDevice, name: string): Promise<GpuContext> {
  checkGpuDevice(device, name);
  const context = adoptedDevices.get(device) ?? contextAround(device);
  adoptedDevices.set(device, context);
  const lost = await lossOf(device);
  if (lost !== null) throw lostDevice(context, `${name} was taken over`, lost);
  return context;
}

function contextAround(device: GPUDevice): GpuContext {
  const pretendedAdapter = { info: device.adapterInfo, limits: device.limits, features: device.features };
  const report = describeAdapter(pretendedAdapter as unknown as GPUAdapter, "the caller's device");
  return watch(device, report, true);
}

/** Why a device is gone, or null. It has to be asked: one that is lost takes every call, and does nothing. */
export async function lossOf(device: GPUDevice): Promise<string | null> {
  // `lost` comes first where it has resolved.
  const lost = await Promise.race([device.lost, Promise.resolve(null)]);
  return lost === null ? null : `${lost.reason}: ${lost.message}`;
}

/** Marks the context as lost, so that nothing else in flight on it is trusted either, and makes the error that says so. */
export function lostDevice(context: GpuContext, during: string, reason: string): DeviceLostError {
  context.loss.reason ??= reason;
  return new DeviceLostError(`The GPU ${context.report.name} was lost while ${during}: ${reason}`);
}

/** Milliseconds after a failure in which the device may still say that it is lost. */
const lossFollows = 100;

/**
 * The loss behind an error of work on the device, or the error itself where there is none: calls on a lost device fail in many ways, and a
 * kernel that it did not run has proved nothing.
 */
export async function lossBehind(context: GpuContext, during: string, error: unknown): Promise<unknown> {
  if (error instanceof MetalCandleError && !(error instanceof KernelCheckError)) return error;
  const told = new Promise<void>((resolve) => setTimeout(resolve, lossFollows));
  if (context.loss.reason === null) await Promise.race([context.device.lost, told]);
  const reason = context.loss.reason ?? (await lossOf(context.device));
  return reason === null ? error : lostDevice(context, during, reason);
}

/**
 * Makes calls of ours that should raise no error. On our own device one that does is uncaptured, and the listener below marks the loss. On a
 * device that the caller made, uncaptured errors may be the caller's: there a scope tells ours apart.
 */
export function ours<T>(context: GpuContext, work: () => T): Scoped<T> {
  if (!context.adopted) return { value: work(), complaint: Promise.resolve(null) };
  return scoped(context.device, work);
}

async function open(): Promise<GpuContext> {
  const door = await openWebGpu();
  if (!door.gpu) {
    const use = 'Use device "cpu"; diagnose() of "metal-candle/diagnostics" says more.';
    throw new GpuUnavailableError(`No GPU: ${door.reason}.`, {
      advice: door.advice === undefined ? use : `${door.advice} ${use}`,
    });
  }
  const adapter = await door.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new GpuUnavailableError(`No GPU: ${door.noAdapter}, or use device "cpu".`);
  }
  const report = describeAdapter(adapter, door.runtime);
  const device = await adapter.requestDevice({
    requiredFeatures: optionalFeatures.filter((feature) => adapter.features.has(feature)) as GPUFeatureName[],
    requiredLimits: Object.fromEntries(reportedLimits.map((name) => [name, adapter.limits[name]])),
  });
  return watch(device, report, false);
}

function watch(device: GPUDevice, report: AdapterReport, isAdopted: boolean): GpuContext {
  const loss: { reason: string | null } = { reason: null };
  const allocations = { buffers: 0, bytes: 0 };
  device.lost.then(
    (info) => (loss.reason = `${info.reason}: ${info.message}`),
    () => (loss.reason = "unknown"),
  );
  // On a device of the caller's such an error may be of the caller's own making; ours are captured there (scopes.ts).
  if (!isAdopted) {
    device.addEventListener("uncapturederror", (event) => {
      // A validation error here is our bug, and every later number would be wrong: treat the device as lost, loudly.
      loss.reason = `uncaptured GPU error: ${event.error.message.split("\n")[0]}`;
    });
  }
  return { device, report, pipelines: new Pipelines(device), loss, allocations, adopted: isAdopted };
}
