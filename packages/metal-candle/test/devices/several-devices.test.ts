/**
 * Several devices for one model, each in a real process: the vectors of one process, in order, whoever dies meanwhile; and nothing left
 * behind. Two processes on the CPU, and two on the software adapter, which to them is a GPU each.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeGpu } from "@ferris/testing";
import { SeveralDevices } from "../../src/devices/several-devices.ts";
import { EmbeddingModel, type Embeddings, ModelNotFoundError } from "../../src/index.ts";
import { tinyModelFolder } from "../support/goldens.ts";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../dist/platform/metal-candle-process.js", import.meta.url));
const folder = tinyModelFolder("bert");
const texts = Array.from({ length: 600 }, (_, index) => `text ${index} ${"of many words ".repeat(index % 17)}`);

interface Opened {
  readonly several: SeveralDevices;
  readonly notices: string[];
}

async function open(device: "cpu" | "gpu", model = folder): Promise<Opened> {
  const notices: string[] = [];
  const chosen = [0, 1].map((index) => ({ label: `${device} ${index}`, gpu: null, device }));
  const given = {
    gpus: [],
    options: { allowSoftwareAdapter: true, dtype: "f32" as const },
    onNotice: (notice: string) => void notices.push(notice),
    entry,
  };
  return { several: await SeveralDevices.open(model, chosen, given), notices };
}

async function alone(device: "cpu" | "gpu", given: readonly string[]): Promise<Embeddings> {
  const model = await EmbeddingModel.load(folder, { device, allowSoftwareAdapter: true, dtype: "f32" });
  const expected = await model.embed(given, { promptName: "passage" });
  await model.close();
  return expected;
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

// One pair of processes for all of them, and each case leaves it fit for the next.
describe("two processes on the CPU", () => {
  let several: SeveralDevices;
  let notices: string[];
  let expected: Embeddings;
  beforeAll(async () => {
    expected = await alone("cpu", texts);
    ({ several, notices } = await open("cpu"));
  });
  afterAll(() => several.close());

  function expectWhole(got: Embeddings): void {
    // On the CPU device the padded shape decides how onnxruntime sums.
    expect(Math.max(...got.data.map((value, index) => Math.abs(value - expected.data[index]!)))).toBeLessThan(1e-5);
    expect(got.tokenCounts).toEqual(expected.tokenCounts);
    expect(got.truncated).toEqual(expected.truncated);
  }

  test("give the vectors of one, in order, with counts, progress and cost", async () => {
    const seen: number[] = [];
    let cost = 0;
    const got = await several.embed(texts, {
      promptName: "passage",
      onProgress: (done, total) => void seen.push(done / total),
      onCost: ({ tokens: count }) => void (cost = count),
    });
    expectWhole(got);
    expect(cost).toBe(expected.tokenCounts.reduce((sum, count) => sum + count, 0));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    const tokens = await several.embedTokens(texts.slice(0, 40), {});
    expect(tokens).toHaveLength(40);
    expect(several.stats().texts).toBe(texts.length + 40);
    expect(several.info()).toMatchObject({ thread: "processes", devices: ["cpu 0", "cpu 1"], dimensions: 64 });
    expect(several.countTokens(texts[5]!, { promptName: "passage" })).toBe(expected.tokenCounts[5]);
    expect((await several.embed([], {})).length).toBe(0);
  });

  test("an abort rejects at once, and the call behind it is whole", async () => {
    const abort = new AbortController();
    const aborted = several.embed(texts, { signal: abort.signal });
    const queued = several.embed(texts, { promptName: "passage" });
    setTimeout(() => abort.abort(new Error("enough")), 5);
    await expect(aborted).rejects.toThrow("enough");
    expectWhole(await queued);
    await expect(several.embed(texts, { promptName: "no such prompt" })).rejects.toThrow(/no such prompt/);
  });

  test("one that is killed in the middle is replaced, and nothing is missing", async () => {
    const [first, second] = several.processes;
    let kills = 0;
    const onProgress = (): void => {
      if (kills++ === 0) process.kill(second!, "SIGKILL");
    };
    expectWhole(await several.embed(texts, { promptName: "passage", onProgress }));
    await until(() => several.processes[1] !== null && several.processes[1] !== second);
    expect(several.processes[0]).toBe(first);
    const told = /cpu 1: .*SIGKILL.* go to the others; it is started again/;
    expect(notices).toContainEqual(expect.stringMatching(told));
  });

  test("all of them may die at once, the call waits for the new ones, and closing ends those", async () => {
    for (const pid of several.processes) process.kill(pid!, "SIGKILL");
    expectWhole(await several.embed(texts, { promptName: "passage" }));
    const processes = several.processes.filter((pid) => pid !== null);
    await several.close();
    await until(() => !processes.some((pid) => isRunning(pid)));
  });
});

test("a model that is not there is that error", async () => {
  await expect(open("cpu", "/no/such/folder")).rejects.toBeInstanceOf(ModelNotFoundError);
});

describeGpu("two processes on the GPU", () => {
  test("give the vectors of one, bit for bit", async () => {
    const few = texts.slice(0, 24);
    const { several } = await open("gpu");
    const got = await several.embed(few, { promptName: "passage" });
    expect(several.info()).toMatchObject({ device: "gpu", thread: "processes" });
    await several.close();
    expect(got.data).toEqual((await alone("gpu", few)).data);
    // Three processes compile the same kernels on the same cores, one after another.
  }, 180_000);
});
