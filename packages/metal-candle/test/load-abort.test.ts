/** A load that is aborted, at every moment: it rejects with the signal's reason or is done, leaves no file open and no memory held, and another load works. */
import { readdirSync, readlinkSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { EmbeddingModel } from "../src/index.ts";
import { openGpu } from "../src/gpu/device/context.ts";
import { ModelFolder } from "./support/model-folder.ts";

const folder = new ModelFolder("bert");
afterAll(() => folder.remove());

/** Files of the model that this process has open. Only Linux says; elsewhere it is none. */
function openFiles(): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(folder.path) ? [path] : [];
    } catch {
      // The descriptor that listed the folder, gone by now.
      return [];
    }
  });
}

/** A signal that aborts when it is looked at for the n-th time: each look is a moment at which a load can give up. */
function abortedAtLook(n: number): { signal: AbortSignal; looks: () => number } {
  const abort = new AbortController();
  let looks = 0;
  const look = (): void => {
    looks++;
    if (looks === n) abort.abort(new Error("enough"));
  };
  const { signal } = abort;
  const signalOf = new Proxy(signal, {
    get(target, key) {
      if (key === "aborted" || key === "throwIfAborted") look();
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { signal: signalOf, looks: () => looks };
}

describe.each(["gpu", "cpu"] as const)("on the %s", (device) => {
  const load = (signal?: AbortSignal): Promise<EmbeddingModel> =>
    EmbeddingModel.load(folder.path, { device, dtype: "f32", signal, onNotice: () => undefined });

  test("at every look at the signal", async () => {
    await (await load()).close();
    const counting = abortedAtLook(Infinity);
    await (await load(counting.signal)).close();
    expect(counting.looks()).toBeGreaterThan(3);
    let aborted = 0;
    for (let moment = 1; moment <= counting.looks(); moment++) {
      const outcome = await load(abortedAtLook(moment).signal).then(
        (model) => model.close(),
        (error: Error) => error.message,
      );
      expect(["enough", undefined]).toContain(outcome);
      if (outcome === "enough") aborted++;
      expect(openFiles()).toEqual([]);
      if (device === "gpu") expect((await openGpu(true)).allocations).toEqual({ buffers: 0, bytes: 0 });
    }
    // Some looks only ask whether it is a signal, or come when everything is done.
    expect(aborted).toBeGreaterThanOrEqual(counting.looks() - 2);
    await using model = await load();
    expect((await model.embed(["still here"])).length).toBe(1);
  });
});
