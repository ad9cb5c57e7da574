/**
 * The GPUs of this machine, and a process on one of them: Node's side.
 *
 * WebGPU picks an adapter by itself, and Dawn lets a name decide alone: two cards of one kind look the same to it, and Vulkan's drivers
 * heed no CUDA_VISIBLE_DEVICES. On Linux what a process may open decides instead, as it does in a container: see process-on-gpu.node.ts.
 */
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { GpuInMachine } from "./gpu-types.ts";

export { startDeviceProcess } from "./process-on-gpu.node.ts";

/** Whether processes can be started here. */
export const hasProcesses: boolean = true;

/**
 * The GPUs that have a driver and whose device files are here, in order of the bus; on other systems than Linux the adapters that Dawn
 * names. Empty where there is none, and also where nobody can tell.
 *
 * @param root of the file system, for tests
 */
export async function listGpus(root = "/"): Promise<readonly GpuInMachine[]> {
  if (process.platform !== "linux") return namedAdapters();
  const found = (await onBus(root)) ?? [];
  const gpus = found.length > 0 ? found : await nvidiaFiles(root);
  return gpus.map((gpu, index) => ({ ...gpu, index }));
}

type Found = Omit<GpuInMachine, "index">;

/** Display controllers (PCI class 03) that a driver has made device files for. */
async function onBus(root: string): Promise<Found[] | null> {
  const bus = join(root, "sys/bus/pci/devices");
  const addresses = await readdir(bus).catch(() => null);
  if (addresses === null) return null;
  const gpus: Found[] = [];
  for (const busAddress of addresses.sort()) {
    const folder = join(bus, busAddress);
    if (!(await firstLine(join(folder, "class")))?.startsWith("0x03")) continue;
    const driver = basename(await readlink(join(folder, "driver")).catch(() => ""));
    const drawing = (await readdir(join(folder, "drm")).catch(() => [])).filter((name) =>
      /^(card|renderD)\d+$/.test(name),
    );
    const nvidia = driver === "nvidia" ? await nvidiaCard(root, busAddress) : null;
    const wanted = [...(nvidia?.files ?? []), ...drawing.map((name) => `/dev/dri/${name}`)];
    const deviceFiles = await there(root, wanted);
    // A server's management chip draws a console and computes nothing; a container has the files of its own GPUs alone.
    const computes = deviceFiles.some((file) => /\/(nvidia|renderD)\d+$/.test(file));
    if (!computes) continue;
    const name = nvidia?.model ?? `${driver || "unknown driver"} at ${busAddress}`;
    gpus.push({ name, busAddress, deviceFiles, adapterName: null });
  }
  return gpus;
}

/** What NVIDIA's driver says of a card: its model, and the number of its device file, which need not follow the bus. */
async function nvidiaCard(root: string, busAddress: string): Promise<{ model: string | null; files: string[] } | null> {
  const path = join(root, "proc/driver/nvidia/gpus", busAddress, "information");
  const text = await readFile(path, "utf8").catch(() => null);
  const minor = text && /^Device Minor:\s*(\d+)/m.exec(text)?.[1];
  if (!minor) return null;
  return { model: /^Model:\s*(\S.*)/m.exec(text)?.[1] ?? null, files: [`/dev/nvidia${minor}`] };
}

/** Where the bus is not shown, as in some sandboxes: a card for each of NVIDIA's device files. */
async function nvidiaFiles(root: string): Promise<Found[]> {
  const names = (await readdir(join(root, "dev")).catch(() => [])).filter((name) => /^nvidia\d+$/.test(name));
  return names
    .sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)))
    .map((name) => ({ name, busAddress: null, deviceFiles: [`/dev/${name}`], adapterName: null }));
}

async function there(root: string, files: readonly string[]): Promise<string[]> {
  const known = await Promise.all(files.map((file) => stat(join(root, file)).catch(() => null)));
  return files.filter((_, index) => known[index] !== null);
}

async function firstLine(path: string): Promise<string | undefined> {
  return (await readFile(path, "utf8").catch(() => undefined))?.split("\n")[0];
}

/** Dawn lists its adapters in the error for a name that none has. Of several with one name only the first can be had. */
async function namedAdapters(): Promise<GpuInMachine[]> {
  try {
    // Left to Node by bundlers of servers, which cannot follow how it finds its native library.
    const { create } = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ "webgpu");
    lister ??= create(["adapter=\u0000"]) as GPU;
    await lister.requestAdapter();
  } catch (error) {
    const names = [...(error as Error).message.matchAll(/backend: '(?:metal|d3d12)', name: '(.*)'$/gm)].map(
      ([, name]) => name!,
    );
    const own = [...new Set(names)].filter((name) => !/Basic Render|SwiftShader/i.test(name));
    return own.map((name, index) => ({ index, name, busAddress: null, deviceFiles: [], adapterName: name }));
  }
  return [];
}

/** Held, because Dawn ends the process when it is collected. */
let lister: GPU | undefined;
