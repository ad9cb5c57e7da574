/** An installation without sqlite-vec's binary: a typed error that says what to install, for the store and all above it. */
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../../cli/support/ferris-process.ts";

vi.mock("sqlite-vec", () => ({
  getLoadablePath: () => {
    throw new Error("Unsupported platform for sqlite-vec, on a win32-arm64 machine.");
  },
}));

test("a missing extension is an error of its own, with the reason below it", async () => {
  const { openIndexForWriting } = await import("../../../src/store/index.ts");
  const identity = { model: "m", revision: "", pooling: "mean", prompts: {}, dimensions: 4 };
  const opening = openIndexForWriting(temporaryFolder("without-vec"), { identity });
  await expect(opening).rejects.toMatchObject({ name: "StorageUnavailableError", code: "STORAGE_UNAVAILABLE" });
  await expect(opening).rejects.toThrow(/sqlite-vec.* is not installed for /);
  await expect(opening).rejects.toHaveProperty("cause.message", expect.stringContaining("Unsupported platform"));
});
