/** `--devices`: the same output from processes on several devices, and what is said where it cannot be. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ferris, temporaryFolder, useTinyModel } from "../support/ferris-process.ts";

useTinyModel();
const input = Array.from({ length: 30 }, (_, index) => `line ${index} ${"of words ".repeat(index % 5)}`).join("\n");

interface Line {
  readonly embedding: readonly number[];
  readonly tokens: number;
}

test("embed on two devices prints what one prints, in the same order", async () => {
  const [one, two] = await Promise.all([
    ferris(["embed", "--device", "cpu"], { input }),
    ferris(["embed", "--devices", "cpu,cpu"], { input }),
  ]);
  expect(two).toMatchObject({ code: 0, stderr: "" });
  const lines = (stdout: string): Line[] =>
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
  const expected = lines(one.stdout);
  const got = lines(two.stdout);
  expect(got.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
  const differences = got.flatMap(({ embedding }, i) =>
    embedding.map((value, j) => value - expected[i]!.embedding[j]!),
  );
  expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-5);
});

test("the nearer of device and devices is meant", async () => {
  const environment = { FERRIS_DEVICE: "gpu" };
  expect(await ferris(["embed", "--devices", "cpu"], { environment, input: "x" })).toMatchObject({ code: 0 });
  expect(await ferris(["embed", "--devices", "cpu", "--device", "gpu"], { input: "x" })).toMatchObject({ code: 2 });
  const several = { FERRIS_DEVICES: "99" };
  expect(await ferris(["embed", "--device", "cpu"], { environment: several, input: "x" })).toMatchObject({ code: 0 });
});

test("index on two devices embeds every chunk", async () => {
  const cwd = temporaryFolder("devices");
  for (let i = 0; i < 12; i++) writeFileSync(join(cwd, `note-${i}.md`), `# Note ${i}\n\nAbout thing ${i}.\n`);
  const { code, stdout } = await ferris(["index", ".", "--devices", "cpu,cpu", "--json"], { cwd });
  const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as {
    chunksEmbedded: number;
    model: { devices: string[] };
  };
  expect({ code, embedded: report.chunksEmbedded }).toEqual({ code: 0, embedded: 12 });
  expect(report.model.devices).toEqual(["the CPU", "the CPU"]);
});

test.each([
  [["--devices", "gpu"], "must be all, cpu, or GPU numbers such as 0,1"],
  [["--devices", "99"], "There is no GPU 99 here."],
  [["--devices", "cpu,cpu", "--device", "cpu"], 'device is "cpu", and devices was given, too.'],
])("%j is refused", async (flags, message) => {
  const { code, stderr } = await ferris(["embed", ...flags], { input });
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});
