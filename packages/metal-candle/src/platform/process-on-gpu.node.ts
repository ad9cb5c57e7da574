/**
 * A process of our own that has one GPU of several, with a channel to it that is used like a worker of a page.
 *
 * Drivers enumerate what they can open. So the process starts in a mount namespace in which the device files of the other GPUs cannot be
 * opened: what containers and batch systems do, without either. Where that is not allowed, Mesa's layer can hide the others by their
 * place on the bus (it comes with Mesa's drivers and works with any driver); where Dawn's name for it is enough, that decides.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { DeviceProcess, DeviceProcessOptions, GpuInMachine } from "./gpu-types.ts";
import type { WorkerLike } from "../worker/worker-like.ts";

/** What stands before the command, and in its environment, so that it has the GPU that it should have. */
export interface Selection {
  readonly prefix: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Starts it; its `error` event tells of its end.
 *
 * @throws Error saying what was tried, where the other GPUs cannot be hidden from it
 */
export async function startDeviceProcess({
  gpu,
  gpus,
  entry = fileURLToPath(new URL("./metal-candle-process.js", import.meta.url)),
}: DeviceProcessOptions): Promise<DeviceProcess> {
  const { prefix, environment } = await selectionOf(gpu, gpus);
  const [command, ...parameters] = [...prefix, process.execPath, entry];
  const child = spawn(command!, parameters, {
    // What a library prints there must not end up among results.
    stdio: ["ignore", 2, 2, "ipc"],
    serialization: "advanced",
    env: { ...process.env, ...environment },
    windowsHide: true,
  });
  return { worker: processWorker(child), pid: child.pid ?? null };
}

/** @throws Error as startDeviceProcess does */
export async function selectionOf(gpu: GpuInMachine | null, gpus: readonly GpuInMachine[]): Promise<Selection> {
  if (gpu === null || gpus.length < 2) return { prefix: [], environment: {} };
  if (gpu.adapterName !== null) return { prefix: [], environment: { METAL_CANDLE_DAWN_ADAPTER: gpu.adapterName } };
  const others = gpus.filter(({ index }) => index !== gpu.index).flatMap(({ deviceFiles }) => deviceFiles);
  const problem = await namespaceProblem();
  if (problem === null) return { prefix: hiding(others), environment: {} };
  if (gpu.busAddress !== null && hasMesaLayer()) return { prefix: [], environment: mesaSelection(gpu.busAddress) };
  throw new Error(
    `the other GPUs cannot be hidden from a process of its own: a mount namespace is refused (${problem}), and Mesa's ` +
      "device-select layer (package mesa-vulkan-drivers) is not installed",
  );
}

/** Closes the files for whoever runs after it, then becomes the command behind the empty parameter. */
const hidingScript =
  'while [ -n "$1" ]; do mount -o bind "$1" "$1" && mount -o remount,bind,nodev "$1" 2>/dev/null || mount -o bind /dev/null "$1" || exit 71; ' +
  'shift; done; shift; exec "$@"';

/** What stands before a command that must not open these files. They stay as they are for everybody else. */
function hiding(files: readonly string[]): string[] {
  return ["unshare", namespaceFlags(), "sh", "-c", hidingScript, "sh", ...files, ""];
}

/** A namespace of mounts; for whoever is not root in one of users, where he may mount. */
function namespaceFlags(): string {
  return process.getuid?.() === 0 ? "-m" : "-mUc";
}

/** Why this user may not have a mount namespace of his own; null where he may. */
async function namespaceProblem(): Promise<string | null> {
  try {
    await promisify(execFile)("unshare", [namespaceFlags(), "mount", "-o", "bind", "/dev/null", "/dev/null"]);
    return null;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return (stderr || message).trim().split("\n")[0]!;
  }
}

/** Where the Vulkan loader looks for layers that apply unasked. */
function hasMesaLayer(): boolean {
  const { XDG_DATA_HOME: data = join(homedir(), ".local/share"), VK_ADD_IMPLICIT_LAYER_PATH: added } = process.env;
  const system = ["/usr/share", "/usr/local/share", "/etc", data].map((folder) =>
    join(folder, "vulkan/implicit_layer.d"),
  );
  const folders = [...system, ...(added?.split(":") ?? [])];
  return folders.some((folder) => existsSync(join(folder, "VkLayer_MESA_device_select.json")));
}

/** The exclamation mark hides the others since Mesa 23.1, the second variable did before. */
function mesaSelection(busAddress: string): Record<string, string> {
  return {
    DRI_PRIME: `pci-${busAddress.replace(/[:.]/g, "_")}!`,
    MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: "1",
  };
}

/** The process as a worker. It keeps this process alive only while it owes an answer. */
function processWorker(child: ChildProcess): WorkerLike {
  let owed = 0;
  let gone = false;
  const idle = (): void => {
    child.unref();
    child.channel?.unref();
  };
  const failures: ((event: { message: string }) => void)[] = [];
  const ended = (message: string): void => {
    if (gone) return;
    gone = true;
    for (const tell of failures) tell({ message });
  };
  child.on("error", (error) => ended(error.message));
  child.on("exit", (code, signal) =>
    ended(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
  );
  child.on("message", (message: { kind?: string }) => {
    if (message.kind === "told") return;
    owed--;
    if (owed === 0) idle();
  });
  return {
    reportsItsEnd: true,
    postMessage: (message) => {
      if (gone || !child.connected) return;
      const { kind } = message as { kind?: string };
      if (kind !== "abort") {
        if (owed++ === 0) {
          child.ref();
          child.channel?.ref();
        }
      }
      // A process that has just died tells of it by its exit.
      child.send(message as object, () => undefined);
    },
    addEventListener: (type, listener) => {
      if (type === "message") child.on("message", (data) => listener({ data }));
      else if (type === "error") failures.push(listener);
    },
    terminate: () => {
      gone = true;
      child.kill("SIGKILL");
      idle();
    },
  };
}
