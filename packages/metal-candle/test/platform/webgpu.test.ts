/** The door to WebGPU in Node: opened once, however many knock at the same time. */
import { openWebGpu } from "#platform/webgpu";
import { expect, onTestFinished, test, vi } from "vitest";

// Two instances of Dawn, one of them collected, end the process: in one of thirty starts that embedded on two devices at once.
test("callers at the same time share one instance", async () => {
  const [first, second] = await Promise.all([openWebGpu(), openWebGpu()]);
  expect(first.gpu).not.toBeNull();
  expect(second.gpu).toBe(first.gpu);
  expect((await openWebGpu()).gpu).toBe(first.gpu);
});

/** The door as another runtime would open it. */
async function doorIn(versions: Record<string, string>): ReturnType<typeof openWebGpu> {
  const own = Object.getOwnPropertyDescriptor(process, "versions")!;
  Object.defineProperty(process, "versions", { ...own, value: { ...process.versions, ...versions } });
  onTestFinished(() => void Object.defineProperty(process, "versions", own));
  vi.resetModules();
  return (await import("#platform/webgpu")).openWebGpu();
}

test("an older Bun, in which the package can crash, gets a reason", async () => {
  expect(await doorIn({ bun: "1.3.11" })).toEqual({
    gpu: null,
    reason: 'the "webgpu" package is not loaded in Bun 1.3.11, where it can crash. Update Bun to 1.4',
  });
});

test("Deno's own WebGPU is used, and never the package", async () => {
  const gpu = { requestAdapter: () => Promise.resolve(null) };
  vi.stubGlobal("navigator", { gpu });
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(await doorIn({ deno: "2.9.6" })).toMatchObject({ gpu, runtime: "Deno's WebGPU" });
  vi.stubGlobal("navigator", {});
  expect(await doorIn({ deno: "2.0.0" })).toMatchObject({
    gpu: null,
    reason: expect.stringContaining("Update Deno") as string,
  });
});
