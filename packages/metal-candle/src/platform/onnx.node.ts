/**
 * The onnxruntime door, Node's side: loads onnxruntime-node the first time that somebody asks for the CPU device.
 *
 * An optional dependency: absent (or without a binary for this platform) is a CpuUnavailableError that says what to install.
 * onnxruntime reports to its maker unless ORT_DISABLE_TELEMETRY is in the process's environment before its library loads, so
 * that is set here, and nothing is loaded where it cannot be.
 */
import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import { CpuUnavailableError } from "../errors.ts";
import { openSession, type OnnxRuntime } from "./onnx-session.ts";
import type { OnnxSession, OnnxSessionOptions } from "./onnx-types.ts";

const TELEMETRY = "ORT_DISABLE_TELEMETRY";

let loaded: Promise<OnnxRuntime> | null = null;

/**
 * Makes a session.
 * @throws CpuUnavailableError when onnxruntime-node cannot be loaded
 */
export async function createOnnxSession(options: OnnxSessionOptions): Promise<OnnxSession> {
  loaded ??= load();
  const runtime = await loaded.catch((error: unknown) => {
    loaded = null;
    throw error;
  });
  return openSession(runtime, "cpu", options);
}

/** What is installed, for `doctor`: name and version, or null. */
export function onnxRuntimeVersion(): string | null {
  try {
    const manifest = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
    return `onnxruntime-node ${manifest.version}`;
  } catch {
    return null;
  }
}

async function load(): Promise<OnnxRuntime> {
  if (isMainThread) {
    process.env[TELEMETRY] = "1";
  } else if (process.env[TELEMETRY] !== "1") {
    // A worker's process.env is a copy: writing to it does not reach the library.
    throw new CpuUnavailableError(
      `The CPU device was first asked for in a worker thread, where onnxruntime's telemetry cannot be turned off. ` +
        `Start the process with ${TELEMETRY}=1, or open a model on the CPU device in the main thread first.`,
    );
  }
  try {
    const module = (await import("onnxruntime-node")) as unknown as OnnxRuntime & { default?: OnnxRuntime };
    return module.default ?? module;
  } catch (error) {
    const missing = onnxRuntimeVersion() === null;
    throw new CpuUnavailableError(
      missing
        ? `The CPU device needs onnxruntime-node, which is not installed: npm install onnxruntime-node@1.30.0`
        : `The CPU device needs onnxruntime-node, which is installed and does not load on ${process.platform}-${process.arch}: ` +
            `${(error as Error).message}. It has binaries for 64-bit Linux (glibc), Windows, and macOS on Apple silicon.`,
      { cause: error },
    );
  }
}
