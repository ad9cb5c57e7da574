/** Folders are made, or it is said why not; never is anything tried for ever. */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../src/files/make-folder.ts";
import { folderOf } from "../support/files.ts";

test("makes what is missing, and says whether it did", () => {
  const folder = folderOf();
  const place = join(folder, "a", "b", "c");
  expect(makeFolder(place)).toBe(true);
  expect(statSync(place).isDirectory()).toBe(true);
  expect(makeFolder(place)).toBe(false);
});

test("a file in the way is an error", () => {
  const folder = folderOf();
  writeFileSync(join(folder, "file"), "");
  expect(() => makeFolder(join(folder, "file"))).toThrow("not a folder");
  expect(() => makeFolder(join(folder, "file", "below"))).toThrow(/ENOTDIR|EEXIST|ENOENT/);
});

test.runIf(existsSync("/proc/self"))("a file system that takes no folders is an error, at once", () => {
  expect(() => makeFolder("/proc/nothing/below")).toThrow(/ENOENT|EACCES/);
});
