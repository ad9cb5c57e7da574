/** The programs in examples/ and in README.md, as a reader would run them: processes of their own, against the built packages. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describeGpu } from "@ferris/testing";
import { afterAll, describe, expect, test } from "vitest";
import { ferrisCommand } from "../cli/support/ferris-process.ts";

const root = join(import.meta.dirname, "../../../..");
const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), "ferris-examples-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs a program and gives what it prints. Rejects with its output when it fails. */
async function output(file: string, args: readonly string[] = [], environment: object = {}): Promise<string> {
  const { env } = ferrisCommand([]);
  const { stdout } = await run(process.execPath, [file, ...args], {
    cwd: scratch,
    env: { ...env, ...environment },
  });
  return stdout;
}

const example = (name: string): string => join(root, "examples", name);
/** The CPU device: "auto" finds no GPU when software adapters do not count, and takes seconds less. */
const noSoftwareAdapter = { METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER: "0" };

describe("examples", () => {
  test("embed.mjs ranks by meaning", async () => {
    const lines = (await output(example("embed.mjs"), [], noSoftwareAdapter)).trim().split("\n");
    expect(lines[0]).toContain("3 texts, 384 dimensions");
    expect(lines[1]).toContain("Forgot password");
    expect(lines[3]).toContain("closed on Mondays");
  });

  test("search-a-folder.mjs finds the passage, and reads nothing twice", async () => {
    const notes = join(root, "packages/testing/test/fixtures/documents/notes");
    const args = [notes, "how do I rotate a key"];
    const first = await output(example("search-a-folder.mjs"), args, noSoftwareAdapter);
    expect(first).toContain("2 documents indexed, 0 unchanged");
    expect(first).toMatch(/1\. \S*keys\.md:1 {2}Keys › Rotating a key/);
    const second = await output(example("search-a-folder.mjs"), args, noSoftwareAdapter);
    expect(second).toContain("0 documents indexed, 2 unchanged");
  });

  test("frameworks: the AI SDK, LangChain and Orama find the passage that answers", async () => {
    const frameworks = (name: string, ...args: string[]): Promise<string> =>
      output(example(join("frameworks", name)), args, noSoftwareAdapter);
    expect(await frameworks("ai-sdk.mjs")).toMatch(/^0\.\d+ Choose “Forgot password”/);
    expect(await frameworks("orama.mjs")).toMatch(/^\S+ Dough\n/);
    const notes = join(root, "packages/testing/test/fixtures/documents/notes");
    const found = await frameworks("langchain.mjs", notes, "how do I rotate a key");
    expect(found).toMatch(/^\S*keys\.md:1 {2}# Keys/);
    expect(found).toContain("384 dimensions");
  });

  test("one-missing-op.mjs says why where there is no GPU", async () => {
    const noVulkan = { ...noSoftwareAdapter, LD_LIBRARY_PATH: "", VK_DRIVER_FILES: "" };
    const refused = output(example("one-missing-op.mjs"), [], noVulkan);
    const gpu = await refused.catch((error: { code: number; stderr: string }) => error);
    // A machine with a GPU of its own gives the result instead.
    if (typeof gpu === "string") expect(gpu).toContain("constant: all 0.5: true");
    else expect([gpu.code, gpu.stderr]).toEqual([1, expect.stringContaining("No GPU: ")]);
  });
});

describeGpu("examples on the adapter at hand", () => {
  test("one-missing-op.mjs normalises, constant rows too", async () => {
    const printed = await output(example("one-missing-op.mjs"));
    expect(printed).toContain("mean 0.5000 (bias 0.5), deviation 2.0000 (weight 2)");
    expect(printed).toContain("constant: all 0.5: true");
  });
});

describe("README.md", () => {
  const programs = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/```js\n(.*?)```/gs)].map(
    ([, code]) => code,
  );
  // Where a reader would stand: beside node_modules and docs.
  for (const name of ["node_modules", "docs"]) symlinkSync(join(root, name), join(scratch, name), "junction");

  test("has programs", () => expect(programs).toHaveLength(2));

  test.each(programs.map((code, index) => ({ code, index })))("program $index runs", async ({ code, index }) => {
    const file = join(scratch, `readme-${index}.mjs`);
    writeFileSync(file, code);
    const printed = await output(file, [], noSoftwareAdapter);
    expect(printed).toContain(index === 0 ? "2 384 Float32Array(384)" : "cli.md");
    if (index === 1) expect(printed).toContain("Exit codes");
  });
});
