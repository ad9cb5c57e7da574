/** Files of torch.save (goldens/torch, made by scripts/goldens/torch_files.py): read as data, and nothing in them is run. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { MetalCandleError } from "../../src/errors.ts";
import { SafetensorsFile } from "../../src/weights/safetensors.ts";
import { goldensFolder } from "../support/goldens.ts";

const folder = mkdtempSync(join(tmpdir(), "metal-candle-torch-"));
afterAll(() => rmSync(folder, { recursive: true }));
const golden = (name: string): string => join(goldensFolder, "torch", name);

async function values(path: string, name: string): Promise<number[]> {
  const file = (await SafetensorsFile.openTorch(path))!;
  try {
    return Array.from(await file.tensor(name)!.read());
  } finally {
    await file.close();
  }
}

describe("a state dict", () => {
  test.each([
    ["f32", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ["part", [4, 5, 6, 7]],
    ["f16", [0.5, -2]],
    ["bf16", [1.5, -3]],
    ["f64", [Math.fround(0.1), Math.fround(1e-3)]],
    ["parameter", [7]],
    ["scalar", [2.5]],
  ])("%s", async (name, expected) => {
    expect(await values(golden("state.bin"), name)).toEqual(expected);
  });

  test("of a module, with its metadata", async () => {
    expect(await values(golden("linear.bin"), "weight")).toEqual([1, 2, 3, 4]);
  });

  test("names shapes as PyTorch has them", async () => {
    const file = (await SafetensorsFile.openTorch(golden("state.bin")))!;
    expect(file.tensor("f32")!.shape).toEqual([3, 4]);
    expect(file.tensor("scalar")!.shape).toEqual([]);
    expect([...file.header.tensors.keys()]).toHaveLength(8);
    await file.close();
  });

  test("that is not there is null", async () => {
    expect(await SafetensorsFile.openTorch(join(folder, "none.bin"))).toBe(null);
  });
});

describe("what is refused", () => {
  test.each([
    ["evil.bin", /names "\w+\.system"/],
    ["training.bin", /holds "epoch", which is not a tensor/],
    ["turned.bin", /"turned".*not laid out row by row/],
    ["legacy.bin", /not a zip file/],
  ])("%s", async (name, message) => {
    await expect(SafetensorsFile.openTorch(golden(name))).rejects.toThrow(message);
    expect(existsSync("metal-candle-pickle-ran")).toBe(false);
  });

  test("is a typed error wherever a byte is changed or the file ends, and never a wrong size", async () => {
    const bytes = readFileSync(golden("state.bin"));
    const path = join(folder, "damaged.bin");
    let refused = 0;
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 0xff;
      writeFileSync(path, at % 2 === 0 ? damaged : bytes.subarray(0, at));
      const file = await SafetensorsFile.openTorch(path).catch((error: unknown) => {
        expect(error).toBeInstanceOf(MetalCandleError);
        refused++;
        return null;
      });
      for (const { begin, end } of file?.header.tensors.values() ?? []) {
        expect(begin >= 0 && end <= bytes.length).toBe(true);
      }
      await file?.close();
    }
    expect(refused).toBeGreaterThan(100);
  });
});
