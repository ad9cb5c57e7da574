/** The GPUs of a machine as Linux shows them, and that a process for one of them cannot open the others. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { listGpus } from "../../src/platform/gpus.node.ts";
import { selectionOf } from "../../src/platform/process-on-gpu.node.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A root of such files; a value that starts with -> is a link. */
function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "gpus-"));
  folders.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (content.startsWith("->")) symlinkSync(content.slice(2), join(root, path));
    else writeFileSync(join(root, path), content);
  }
  return root;
}

const device = (address: string, driver: string, classCode = "0x030200"): Record<string, string> => ({
  [`sys/bus/pci/devices/${address}/class`]: `${classCode}\n`,
  [`sys/bus/pci/devices/${address}/driver`]: `->../../../bus/pci/drivers/${driver}`,
});

const nvidia = (address: string, minor: number): Record<string, string> => ({
  ...device(address, "nvidia"),
  [`proc/driver/nvidia/gpus/${address}/information`]: `Model: \t\t NVIDIA H200\nIRQ:   \t\t 33\nDevice Minor: \t ${minor}\n`,
});

describe.runIf(process.platform === "linux")("Linux lists", () => {
  test("two cards of one kind in order of the bus, each with the device file that the driver numbered", async () => {
    const root = machine({
      ...nvidia("0000:4b:00.0", 1),
      ...nvidia("0000:0f:00.0", 3),
      // A management chip, a card without a driver, and something that is no display at all.
      ...device("0000:02:00.0", "ast", "0x030000"),
      "sys/bus/pci/devices/0000:02:00.0/drm/card0/dev": "",
      ...device("0000:60:00.0", "nvidia"),
      ...device("0000:01:00.0", "nvme", "0x010802"),
      "dev/dri/card0": "",
      "dev/nvidia1": "",
      "dev/nvidia3": "",
      "dev/nvidiactl": "",
    });
    expect(await listGpus(root)).toEqual([
      { index: 0, name: "NVIDIA H200", busAddress: "0000:0f:00.0", deviceFiles: ["/dev/nvidia3"], adapterName: null },
      { index: 1, name: "NVIDIA H200", busAddress: "0000:4b:00.0", deviceFiles: ["/dev/nvidia1"], adapterName: null },
    ]);
  });

  test("in a container the cards whose files it was given", async () => {
    const root = machine({ ...nvidia("0000:4b:00.0", 1), ...nvidia("0000:0f:00.0", 3), "dev/nvidia1": "" });
    expect((await listGpus(root)).map(({ busAddress }) => busAddress)).toEqual(["0000:4b:00.0"]);
  });

  test("cards of other makers by their render nodes", async () => {
    const root = machine({
      ...device("0000:03:00.0", "amdgpu", "0x030000"),
      "sys/bus/pci/devices/0000:03:00.0/drm/card1/dev": "",
      "sys/bus/pci/devices/0000:03:00.0/drm/renderD128/dev": "",
      "dev/dri/card1": "",
      "dev/dri/renderD128": "",
    });
    expect(await listGpus(root)).toMatchObject([
      { name: "amdgpu at 0000:03:00.0", deviceFiles: ["/dev/dri/card1", "/dev/dri/renderD128"] },
    ]);
  });

  test("NVIDIA's files where the bus is not shown, and nothing where there is nothing", async () => {
    expect(await listGpus(machine({ "dev/nvidia10": "", "dev/nvidia2": "", "dev/nvidiactl": "" }))).toMatchObject([
      { index: 0, deviceFiles: ["/dev/nvidia2"], busAddress: null },
      { index: 1, deviceFiles: ["/dev/nvidia10"] },
    ]);
    expect(await listGpus(machine({ "dev/null": "" }))).toEqual([]);
  });
});

describe("a process for one GPU", () => {
  const gpu = (index: number, ...deviceFiles: string[]) => ({
    index,
    name: "a card",
    busAddress: null,
    deviceFiles,
    adapterName: null,
  });

  // Two device files that everybody has stand for two cards: what the test is about is who may open which.
  test.runIf(process.platform === "linux")(
    "opens its own device file and not the other's, which others still open",
    async () => {
      const gpus = [gpu(0, "/dev/full"), gpu(1, "/dev/zero", "/dev/random")];
      const selection = await selectionOf(gpus[0]!, gpus).catch((error: Error) => error);
      if (selection instanceof Error) {
        console.log(`NOT RUN: hiding GPUs, ${selection.message}`);
        expect(selection.message).toMatch(/mount namespace is refused \(.+\), and Mesa's device-select layer/);
        return;
      }
      const script = `
      const { openSync } = require("node:fs");
      const opens = (file) => { try { return openSync(file), true; } catch { return false; } };
      console.log(JSON.stringify(["/dev/full", "/dev/zero", "/dev/random", "/dev/null"].map(opens)));`;
      const [command, ...parameters] = [...selection.prefix, process.execPath, "-e", script];
      const answer = execFileSync(command!, parameters, { encoding: "utf8" });
      expect(JSON.parse(answer)).toEqual([true, false, false, true]);
      closeSync(openSync("/dev/zero", "r"));
    },
  );

  test("nothing stands before it where there is one GPU, and Dawn's name decides where there are names", async () => {
    expect(await selectionOf(gpu(0, "/dev/zero"), [gpu(0, "/dev/zero")])).toEqual({ prefix: [], environment: {} });
    const named = { ...gpu(1), adapterName: "AMD Radeon Pro" };
    expect(await selectionOf(named, [gpu(0), named])).toEqual({
      prefix: [],
      environment: { METAL_CANDLE_DAWN_ADAPTER: "AMD Radeon Pro" },
    });
  });
});
