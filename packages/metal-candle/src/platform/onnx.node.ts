/**
 * The onnxruntime door, Node's side: the native build (onnxruntime-node) where it loads, else the WebAssembly build, which comes with
 * this package and so cannot be lost.
 *
 * The native build is an optional dependency: npm leaves it out in silence where its install script cannot reach its download host, and
 * it has no binary for Alpine, Intel Macs and others. What runs instead, and why, is said once per load (`notice`).
 *
 * The native library reports to its maker unless ORT_DISABLE_TELEMETRY is in the process's environment before it loads, so that is set
 * here; where it cannot be (a worker thread's process.env is a copy), the WebAssembly build runs, which reports nothing.
 */
import { createRequire } from "node:module";
import { runInThisContext } from "node:vm";
import { isMainThread } from "node:worker_threads";
import { CpuUnavailableError } from "../errors.ts";
import { openSession, type OnnxRuntime, type Realm } from "./onnx-session.ts";
import { openOnThread } from "./onnx-thread.node.ts";
import type { OnnxSession, OnnxSessionOptions } from "./onnx-types.ts";
import { loadWasmRuntime, wasmRuntimeVersion, whileAwake } from "./onnx-wasm.node.ts";

const telemetryVariable = "ORT_DISABLE_TELEMETRY";

/** Install scripts off: the native build's own only fetches CUDA libraries, which are not used here, and fails without its host. */
const nativeInstall = "npm install --ignore-scripts onnxruntime-node@1.30.0";

const turnsPerBatch = 32;
/** A batch that comes this long after the last one follows no other. */
const idleMilliseconds = 2;

/** A build of onnxruntime that has been loaded. */
interface LoadedRuntime {
  readonly runtime: OnnxRuntime;
  /** Whose typed arrays it takes and gives. */
  readonly realm: Realm;
  readonly provider: "cpu" | "wasm";
  /** What a user should hear once about it; null for nothing. */
  readonly notice: string | null;
}

let loaded: Promise<LoadedRuntime> | null = null;

/**
 * Makes a session.
 * @throws CpuUnavailableError when neither build of onnxruntime can be loaded
 */
export async function createOnnxSession(options: OnnxSessionOptions): Promise<OnnxSession> {
  if (options.ownThread === true && isMainThread) {
    process.env[telemetryVariable] = "1";
    const session = await openOnThread(options);
    if (session !== null) return session;
  }
  loaded ??= load(options.threads);
  const { runtime, realm, provider, notice } = await loaded.catch((error: unknown) => {
    loaded = null;
    throw error;
  });
  const open = () => openSession(runtime, provider, options, realm);
  // The first session in WebAssembly compiles it.
  const session = await (provider === "wasm" ? whileAwake(open) : open());
  let lastEnd = -Infinity;
  return {
    ...session,
    notice,
    run: async (inputs, output) => {
      if (performance.now() - lastEnd < idleMilliseconds) await turnsOfTheEventLoop();
      try {
        return await session.run(inputs, output);
      } finally {
        lastEnd = performance.now();
      }
    },
  };
}

/**
 * Loads onnxruntime, and says what a user should hear about it.
 *
 * @param isTelemetryOff whoever started this thread has turned the native build's telemetry off for the process
 */
export async function onnxNotice(threads: number, isTelemetryOff: boolean): Promise<string | null> {
  loaded ??= load(threads, isTelemetryOff);
  return (await loaded).notice;
}

/**
 * Lets the event loop turn some times between batches that follow each other, each of which holds it up. One turn accepts one connection
 * (libuv), so that with one turn per batch the last of 256 clients that connect to a busy server would wait for 256 batches. All turns together
 * take some 0.1 ms; a batch of an idle device starts at once.
 */
async function turnsOfTheEventLoop(): Promise<void> {
  for (let turn = 0; turn < turnsPerBatch; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What is installed, for `doctor`: name and version, or null. */
export function onnxRuntimeVersion(): string | null {
  return nativeVersion() ?? wasmRuntimeVersion();
}

async function load(threads: number, isTelemetryOff = false): Promise<LoadedRuntime> {
  const native = await loadNative(isTelemetryOff);
  if (native.runtime !== null) return { ...native, provider: "cpu", notice: null };
  try {
    const runtime = await loadWasmRuntime(threads);
    return {
      runtime,
      realm: globalThis,
      provider: "wasm",
      notice: `the CPU device runs as WebAssembly, two to four times slower than onnxruntime-node: ${native.problem}`,
    };
  } catch (error) {
    throw new CpuUnavailableError(
      `The CPU device is not available: ${native.problem}. ` +
        `Its WebAssembly build cannot be loaded either: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** The native build, or one clause on why it is not used and what to type. */
async function loadNative(
  isTelemetryOff: boolean,
): Promise<{ runtime: OnnxRuntime; realm: Realm } | { runtime: null; problem: string }> {
  if (isMainThread) {
    process.env[telemetryVariable] = "1";
  } else if (!isTelemetryOff && !telemetryIsOff()) {
    const problem = `its telemetry cannot be turned off from a worker thread; start the process with ${telemetryVariable}=1 to use it here`;
    return { runtime: null, problem };
  }
  try {
    const outside = realmOfNode();
    if (outside !== null) return { runtime: outside.require("onnxruntime-node") as OnnxRuntime, realm: outside.realm };
    const module = (await import("onnxruntime-node")) as unknown as OnnxRuntime & { default?: OnnxRuntime };
    return { runtime: module.default ?? module, realm: globalThis };
  } catch (error) {
    if (nativeVersion() === null) {
      return { runtime: null, problem: `it is not installed. To install it: ${nativeInstall}` };
    }
    if ((error as NodeJS.ErrnoException).code === "ERR_DLOPEN_DISABLED") {
      return {
        runtime: null,
        problem: "native addons are disabled in this process (Node's options allow-addons and no-addons)",
      };
    }
    const reason = (error as Error).message.split("\n")[0]!.replace(/\.$/, "");
    const problem =
      `it does not load on ${process.platform}-${process.arch} (${reason}); it has binaries for 64-bit Linux (glibc), ` +
      `Windows, and macOS on Apple silicon`;
    return { runtime: null, problem };
  }
}

/**
 * Node's own realm where this one is another: Jest and Vitest's vmThreads load a test, and what it imports, into a realm with typed arrays of
 * its own. The native library makes its results in Node's, and its JavaScript side refuses those of any other, so that both have to be
 * loaded there. Null in Node's own realm.
 */
function realmOfNode(): { realm: Realm; require: NodeJS.Require } | null {
  const realm = runInThisContext("globalThis") as typeof globalThis;
  // Not compared by globalThis: a runner may have put a proxy in its place.
  if (realm.Float32Array === Float32Array) return null;
  const { createRequire: createOutside } = realm.process.getBuiltinModule("node:module");
  return { realm, require: createOutside(import.meta.url) };
}

function nativeVersion(): string | null {
  try {
    const manifest = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
    return `onnxruntime-node ${manifest.version}`;
  } catch {
    return null;
  }
}

/**
 * Whether the process itself has the variable: a worker's process.env is a copy that its maker may have filled, and the library reads
 * the real one, which the diagnostic report lists.
 */
function telemetryIsOff(): boolean {
  if (process.env[telemetryVariable] !== "1") return false;
  try {
    const report = process.report.getReport() as { environmentVariables?: Record<string, string> };
    return report.environmentVariables?.[telemetryVariable] === "1";
  } catch {
    return false;
  }
}
