/**
 * onnxruntime's WebAssembly build in Node: the CPU device that every platform has.
 *
 * Its three files are copied out of onnxruntime-web into this package when it is packed (scripts/prepare-package.mjs): 14 MB, where the
 * whole of onnxruntime-web is 139. A clone has them in node_modules instead. Part of the onnxruntime door.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { isMainThread } from "node:worker_threads";
import type { OnnxRuntime } from "./onnx-session.ts";

/** onnxruntime's WebAssembly build takes its threads from its environment, not from a session's options. */
interface WasmRuntime extends OnnxRuntime {
  readonly env: { readonly wasm: { numThreads?: number } };
}

/**
 * The files in this package; the same place from src/platform and from dist/platform. Not by `new URL("…", import.meta.url)`: bundlers of
 * servers (Turbopack) follow that, and fail on a folder.
 */
const packedFolder = new URL(import.meta.url);
packedFolder.pathname = packedFolder.pathname.replace(/[^/]+\/[^/]+\/[^/]+$/, "onnxruntime-web/");

/** As many threads as onnxruntime-web takes by itself: they wait in a loop, so more of them slow a busy machine down. */
const mostThreads = 4;

/** Loads it. Throws Node's own error where the files are not there. */
export async function loadWasmRuntime(threads: number): Promise<OnnxRuntime> {
  const packed = new URL("ort.node.min.mjs", packedFolder);
  const module = (await import(existsSync(packed) ? packed.href : "onnxruntime-web")) as WasmRuntime & {
    default?: WasmRuntime;
  };
  const runtime = module.default ?? module;
  // In a worker thread its own threads would be workers of a worker: one is enough there.
  const most = Math.min(mostThreads, Math.ceil(availableParallelism() / 2));
  runtime.env.wasm.numThreads = isMainThread ? Math.max(1, Math.min(threads, most)) : 1;
  return runtime;
}

/**
 * Runs `work` with something in the event loop to wait for. Without that Node blocks the main thread until V8's background tasks are done, and one of
 * them may be waiting for the main thread: then neither ever goes on (nodejs/node#54918). A precaution: `ferris doctor` stood still once where
 * WebAssembly was all there was, which this would explain; 145 further starts without the timer did not repeat it, so nothing is proven.
 */
export async function whileAwake<Result>(work: () => Promise<Result>): Promise<Result> {
  const timer = setInterval(() => undefined, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Name and version, for `doctor`; null where the files are not there. */
export function wasmRuntimeVersion(): string | null {
  for (const manifest of [new URL("package.json", packedFolder), installedManifest()]) {
    if (manifest === null || !existsSync(manifest)) continue;
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    return `onnxruntime-web ${version} (WebAssembly)`;
  }
  return null;
}

/** The manifest of an onnxruntime-web beside this package, or null. */
function installedManifest(): URL | null {
  try {
    // The package does not export its manifest; its entry for Node lies one folder below it.
    return new URL("../package.json", pathToFileURL(createRequire(import.meta.url).resolve("onnxruntime-web")));
  } catch {
    return null;
  }
}
