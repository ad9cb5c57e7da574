/** The GPUs of a machine as its door (gpus.*.ts) lists them, and processes on them. Types only. */
import type { WorkerLike } from "../worker/worker-like.ts";

/** One GPU. Which of them WebGPU takes is decided when a process starts (process-on-gpu.node.ts). */
export interface GpuInMachine {
  /** From 0, in order of the bus: as nvidia-smi counts. */
  readonly index: number;
  /** What the system calls it, for people; the adapter's own name is known once it is open. */
  readonly name: string;
  /** Its place on the bus: 0000:01:00.0; null where the system does not say. */
  readonly busAddress: string | null;
  /** The files that a driver opens it through. A process that cannot open them does not have this GPU. */
  readonly deviceFiles: readonly string[];
  /** The adapter's name by which Dawn is told to take it, where no device file tells GPUs apart; null elsewhere. */
  readonly adapterName: string | null;
}

export interface DeviceProcessOptions {
  /** Null: the CPU, or whatever GPU there is. */
  readonly gpu: GpuInMachine | null;
  /** All of the machine's. */
  readonly gpus: readonly GpuInMachine[];
  /** The compiled file that the process runs, for whoever runs from elsewhere. */
  readonly entry?: string | undefined;
}

/** A process that runs models, and its number; null where it did not even start, of which the worker's `error` event tells. */
export interface DeviceProcess {
  readonly worker: WorkerLike;
  readonly pid: number | null;
}
