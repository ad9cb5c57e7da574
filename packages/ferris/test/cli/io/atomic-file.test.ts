/** A file is there whole or not at all. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AtomicFile } from "../../../src/cli/io/atomic-file.ts";
import { OutputError } from "../../../src/errors.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "ferris-atomic-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("appears at commit, with what was written and rewritten", async () => {
  const path = join(folder, "out.bin");
  const file = await AtomicFile.create(path);
  await file.write("0000");
  await file.write(Buffer.from("11"));
  await file.rewriteStart(Buffer.from("22"));
  await file.write("3");
  expect(existsSync(path)).toBe(false);
  await file.commit();
  expect(readFileSync(path, "utf8")).toBe("2200113");
  expect(readdirSync(folder)).toEqual(["out.bin"]);
});

test("a discarded one leaves the old file and nothing else", async () => {
  const path = join(folder, "out.bin");
  writeFileSync(path, "old");
  const file = await AtomicFile.create(path);
  await file.write("new");
  await file.discard();
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["out.bin"]);
});

test("a symbolic link stays one", async () => {
  writeFileSync(join(folder, "target"), "old");
  symlinkSync("target", join(folder, "link"));
  const file = await AtomicFile.create(join(folder, "link"));
  await file.write("new");
  await file.commit();
  expect(readlinkSync(join(folder, "link"))).toBe("target");
  expect(readFileSync(join(folder, "target"), "utf8")).toBe("new");
});

test("folders and missing folders are errors; a device is written to directly", async () => {
  await expect(AtomicFile.create(folder)).rejects.toThrow(`${folder} is a folder`);
  await expect(AtomicFile.create(join(folder, "no", "file"))).rejects.toThrow(OutputError);
  const device = await AtomicFile.create("/dev/null");
  expect(device.canRewrite).toBe(false);
  await device.write("x");
  await device.commit();
});

const hasFullDevice = existsSync("/dev/full");
test.runIf(hasFullDevice)(`a full disk is named${hasFullDevice ? "" : " (NOT RUN: no /dev/full)"}`, async () => {
  const file = await AtomicFile.create("/dev/full");
  await expect(file.write("x")).rejects.toThrow("/dev/full cannot be written (the disk is full)");
  await file.discard();
});

test("a place that cannot be written is named as it was given", async () => {
  const error = await AtomicFile.create(join(folder, "no/such/out.bin")).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(OutputError);
  expect((error as Error).message).toBe(
    `${join(folder, "no/such/out.bin")} cannot be written: ENOENT: no such file or directory. Check the folder and its permissions.`,
  );
});
