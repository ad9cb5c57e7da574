/**
 * Every error that metal-candle throws on purpose, each with a stable `code` that programs may switch on.
 *
 * Not here: AbortError (an aborted call rejects with the signal's own reason). A message says what was wrong, the value,
 * the limit, and what to do; it never needs the stack to be understood.
 */

const longestMessage = 4000;

/** The base of all of them: `error instanceof MetalCandleError && error.code === "GPU_UNAVAILABLE"`. */
export abstract class MetalCandleError extends Error {
  /** Stable across versions. */
  abstract readonly code: string;
  /** A literal in every class: bundlers shorten the names of classes. */
  abstract override readonly name: string;
  constructor(message: string, options?: ErrorOptions) {
    // Messages quote what was found, and in a stranger's file that may be a string of megabytes.
    super(message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message, options);
  }
}

/** `device: "gpu"` was asked for and no GPU (or none that is allowed) is there. */
export class GpuUnavailableError extends MetalCandleError {
  override readonly name: string = "GpuUnavailableError";
  readonly code = "GPU_UNAVAILABLE";
  /** The message without the advice that it ends with: all that a caller needs who takes the CPU instead. */
  readonly finding: string;

  constructor(finding: string, { advice, ...options }: ErrorOptions & { readonly advice?: string } = {}) {
    super(advice === undefined ? finding : `${finding} ${advice}`, options);
    this.finding = finding;
  }
}

/** The CPU device cannot run here: onnxruntime is not installed or has no binary for this platform. */
export class CpuUnavailableError extends MetalCandleError {
  override readonly name: string = "CpuUnavailableError";
  readonly code = "CPU_UNAVAILABLE";
}

/** The GPU went away, or returned rows that are not this batch's, and one retry did not help. */
export class DeviceLostError extends MetalCandleError {
  override readonly name: string = "DeviceLostError";
  readonly code = "DEVICE_LOST";
}

/** The GPU's memory does not hold the model or its smallest batch. */
export class GpuOutOfMemoryError extends MetalCandleError {
  override readonly name: string = "GpuOutOfMemoryError";
  readonly code = "GPU_OUT_OF_MEMORY";
}

/** The process may not have the memory that the model or a batch takes on the CPU device. */
export class CpuOutOfMemoryError extends MetalCandleError {
  override readonly name: string = "CpuOutOfMemoryError";
  readonly code = "CPU_OUT_OF_MEMORY";
}

/** No kernel variant of an operation agreed with its reference on this adapter. */
export class KernelCheckError extends MetalCandleError {
  override readonly name: string = "KernelCheckError";
  readonly code = "KERNEL_CHECK_FAILED";
}

/** A model id or folder that is not there (in the cache, or on the hub). */
export class ModelNotFoundError extends MetalCandleError {
  override readonly name: string = "ModelNotFoundError";
  readonly code = "MODEL_NOT_FOUND";
  /** What could be downloaded in its place, as `pullModel` takes it; null where a download would not help. */
  readonly downloadable: { readonly id: string; readonly revision: string | null } | null;
  constructor(message: string, options: ErrorOptions & { downloadable?: ModelNotFoundError["downloadable"] } = {}) {
    super(message, options);
    this.downloadable = options.downloadable ?? null;
  }
}

/** A model file that is there and is not what it should be: truncated, of the wrong shape, not JSON. */
export class ModelFileError extends MetalCandleError {
  override readonly name: string = "ModelFileError";
  readonly code = "MODEL_FILE_INVALID";
}

/** A sound model with a part that we do not run: the message names the part. */
export class UnsupportedModelError extends MetalCandleError {
  override readonly name: string = "UnsupportedModelError";
  readonly code = "MODEL_UNSUPPORTED";
}

/** A download that failed: refused, cut, or with the wrong size or hash. */
export class DownloadError extends MetalCandleError {
  override readonly name: string = "DownloadError";
  readonly code = "DOWNLOAD_FAILED";
}

/** An argument out of its range or of the wrong kind. */
export class InvalidArgumentError extends MetalCandleError {
  override readonly name: string = "InvalidArgumentError";
  readonly code = "INVALID_ARGUMENT";
}

/** The worker that a page's models ran in does not start, or died: its models are gone. Loading them again starts another. */
export class WorkerLostError extends MetalCandleError {
  override readonly name: string = "WorkerLostError";
  readonly code = "WORKER_LOST";
}

/** A call on a model, or on vectors, after `close()`. */
export class ModelClosedError extends MetalCandleError {
  override readonly name: string = "ModelClosedError";
  readonly code = "MODEL_CLOSED";
}
