/** `ferris doctor` as a process: its exit code is whether embedding works. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eachDevice } from "@ferris/testing";
import { expect, test } from "vitest";
import { ferris, temporaryFolder } from "../support/ferris-here.ts";
import { ferris as ferrisProcess } from "../support/ferris-process.ts";

interface Report {
  works: boolean;
  versions: Record<string, string | null>;
  embedding: { device: string; kernels: { operation: string; variant: string }[]; error: { code: string } | null };
}

eachDevice("doctor", (device) => {
  test("ends with 0 where embedding works, and says on what", async () => {
    const { code, stdout } = await ferris(["doctor", "--device", device, "--json"]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report.works).toBe(true);
    expect(report.embedding).toMatchObject({ device, error: null });
    const operations = report.embedding.kernels.map(({ operation }) => operation);
    expect(operations.includes("attention")).toBe(device === "gpu");
    for (const name of ["ferris", "node", "metal-candle", "onnxruntime"])
      expect(report.versions[name]).toMatch(/\d+\.\d+/);
  });
});

test("for people, the verdict comes first", async () => {
  const { code, stdout } = await ferris(["doctor", "--device", "cpu"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Embedding works: all-minilm-l6-v2-q8 on the CPU in f32, ready in [\d,]+ ms/);
  expect(stdout).toMatch(/^--device auto +(gpu|cpu): /m);
  expect(stdout).toMatch(/^Index +SQLite 3\.\d+\.\d+ with sqlite-vec v?\d/m);
  expect(stdout).toMatch(/^Caches /m);
});

test("ends with 2 where it does not, and says why", async () => {
  const { code, stdout } = await ferris(["doctor", "--device", "cpu", "--model", "nobody/nothing", "--json"]);
  expect(code).toBe(2);
  const report = JSON.parse(stdout) as Report;
  expect(report.works).toBe(false);
  expect(report.embedding.error?.code).toBe("MODEL_NOT_FOUND");
});

// A library that is there and is none hides one that may be installed. Only Linux has it under this name.
test.runIf(process.platform === "linux")(
  "without Vulkan, auto says so in one line of our own, and gpu ends with 14",
  async () => {
    const libraries = temporaryFolder("libraries");
    writeFileSync(join(libraries, "libvulkan.so.1"), "not a library");
    const environment = { LD_LIBRARY_PATH: libraries };
    const auto = await ferrisProcess(["embed", "--device", "auto"], { input: "text\n", environment });
    expect(auto.code).toBe(0);
    expect(auto.stderr).toMatch(
      /^metal-candle: device auto is the CPU\. No GPU: Vulkan is not there \(.*libvulkan\.so\.1: .*\n$/,
    );
    const gpu = await ferrisProcess(["embed", "--device", "gpu"], { input: "text\n", environment });
    expect(gpu.code).toBe(14);
    expect(gpu.stderr).toMatch(/^ferris: No GPU: Vulkan is not there .*\n$/);
  },
);

test("where native libraries may not be loaded, texts are embedded, and an index says why it cannot be opened", async () => {
  const environment = { NODE_OPTIONS: "--no-addons" };
  const embedded = await ferrisProcess(["embed", "--device", "cpu"], { input: "text\n", environment });
  expect(embedded.code, embedded.stderr).toBe(0);
  expect(embedded.stderr).toMatch(/WebAssembly.*: native addons are disabled in this process /);
  const opened = await ferrisProcess(["index", ".", "--device", "cpu"], { environment });
  expect(opened.code).toBe(22);
  expect(opened.stderr).toMatch(
    /^ferris: SQLite, which keeps an index, does not load: native addons are disabled in this process .*\n/m,
  );
});
