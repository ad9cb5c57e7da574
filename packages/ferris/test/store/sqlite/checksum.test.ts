/** Bytes that change on the disk are noticed before they become other results. */
import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { IndexMismatchError, IndexUnusableError } from "../../../src/errors.ts";
import { openIndex, openIndexForWriting } from "../../../src/store/index.ts";
import { randomFrom } from "../../documents/support/random-documents.ts";
import { folderOf } from "../../support/files.ts";
import { identity, put } from "../support/records.ts";

async function indexFolder(): Promise<string> {
  const folder = folderOf();
  const store = await openIndexForWriting(folder, { identity });
  for (let i = 0; i < 20; i++) await put(store, `/${i}`, [`text ${i}`, `more of ${i}`]);
  await store.close();
  return folder;
}

test("any bit that flips, a cut and an added end are refused by name, by readers and writers", async () => {
  const folder = await indexFolder();
  const path = join(folder, "index.db");
  const whole = readFileSync(path);
  const random = randomFrom(8);
  const expectRefused = async () => {
    await expect(openIndex(folder)).rejects.toThrow(IndexUnusableError);
    await expect(openIndexForWriting(folder, { identity })).rejects.toThrow(/is not as it was written/);
  };
  for (let i = 0; i < 60; i++) {
    const bytes = Buffer.from(whole);
    bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
    writeFileSync(path, bytes);
    await expectRefused();
  }
  writeFileSync(path, whole);
  appendFileSync(path, "x");
  await expectRefused();
  truncateSync(path, whole.length - 8192);
  await expectRefused();
  writeFileSync(path, whole);
  const reader = await openIndex(folder);
  expect((await reader.statistics()).documents).toBe(20);
  await reader.close();
});

test("are absent during a write and after a kill, and made anew when a writer closes", async () => {
  const folder = await indexFolder();
  const sums = join(folder, "index.sum");
  const first = readFileSync(sums, "utf8");
  const store = await openIndexForWriting(folder, { identity });
  expect(existsSync(sums)).toBe(false);
  const reader = await openIndex(folder);
  await put(store, "/new", ["text"]);
  expect((await reader.statistics()).documents).toBe(21);
  await reader.close();
  await store.close();
  expect(readFileSync(sums, "utf8")).not.toBe(first);
  await (await openIndex(folder)).close();
  await expect(openIndexForWriting(folder, { identity: { ...identity, model: "other" } })).rejects.toThrow(
    IndexMismatchError,
  );
  expect(existsSync(sums)).toBe(true);
  await (await openIndex(folder)).close();
});

test("malformed checksums count as missing", async () => {
  const folder = await indexFolder();
  for (const text of ["", "{", "[]", '{"bytes": 1}', '{"bytes": 1, "blocks": "x"}', "null"]) {
    writeFileSync(join(folder, "index.sum"), text);
    await (await openIndex(folder)).close();
  }
  rmSync(join(folder, "index.sum"));
  const reader = await openIndex(folder);
  expect((await reader.statistics()).documents).toBe(20);
  await reader.close();
});
