/** Files of the hub cache and of model folders that are not what they should be: links and pipes. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { PartialBlob, writeReference } from "../../src/platform/blobs.node.ts";
import { openFile, readFileBytes } from "../../src/platform/files.node.ts";

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "metal-candle-blobs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const content = Buffer.from("what the hub sends");
const name = createHash("sha256").update(content).digest("hex");

test("a link in the cache where an interrupted download should be is not written through", async () => {
  const folder = temporary();
  writeFileSync(join(folder, "victim"), "precious");
  mkdirSync(join(folder, "blobs"));
  symlinkSync("../victim", join(folder, "blobs", `${name}.incomplete`));
  const blob = await PartialBlob.open(folder, name, "sha256", content.length);
  await blob.write(content);
  expect(await blob.finish(name)).toBe(true);
  expect(readFileSync(join(folder, "victim"), "utf8")).toBe("precious");
  expect(readFileSync(join(folder, "blobs", name))).toEqual(content);
});

test("what was downloaded before is read again and counted", async () => {
  const folder = temporary();
  const first = await PartialBlob.open(folder, name, "sha256", content.length);
  await first.write(content.subarray(0, 7));
  await first.suspend();
  const second = await PartialBlob.open(folder, name, "sha256", content.length);
  expect(second.length).toBe(7);
  await second.write(content.subarray(7));
  expect(await second.finish(name)).toBe(true);
});

test("a link in the place of a branch's file is replaced", async () => {
  const folder = temporary();
  writeFileSync(join(folder, "victim"), "precious");
  mkdirSync(join(folder, "refs"));
  symlinkSync("../victim", join(folder, "refs", "main"));
  await writeReference(folder, "main", "a".repeat(40));
  expect(readFileSync(join(folder, "victim"), "utf8")).toBe("precious");
});

test.skipIf(process.platform === "win32")("a pipe in a model folder is refused and not waited for", async () => {
  const folder = temporary();
  execFileSync("mkfifo", [join(folder, "config.json")]);
  await expect(openFile(join(folder, "config.json"))).rejects.toThrow(/config\.json is not a regular file/);
  await expect(readFileBytes(join(folder, "config.json"), 10)).rejects.toThrow(/not a regular file/);
});
