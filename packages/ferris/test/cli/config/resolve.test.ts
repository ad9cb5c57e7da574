/** Which source wins, and what a folder's file may not do. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/cli/config/resolve.ts";
import { UsageError } from "../../../src/errors.ts";

let home: string;
let folder: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ferris-config-"));
  folder = join(home, "clone", "docs");
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true }));

function resolve({ flags = {}, environment = {} }: { flags?: object; environment?: object } = {}) {
  return resolveSettings({ flags: { ...flags }, environment: { XDG_CONFIG_HOME: home, ...environment }, folder });
}
function writeUserFile(content: unknown): string {
  mkdirSync(join(home, "ferris"), { recursive: true });
  const path = join(home, "ferris", "config.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
function writeFolderFile(content: unknown, at = join(home, "clone")): string {
  const path = join(at, "ferris.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("precedence", () => {
  test("defaults, and says so", () => {
    const { values, origins, files } = resolve();
    expect(values).toMatchObject({ device: "auto", limit: 10, model: null, include: [] });
    expect(origins.device).toEqual({ kind: "default", where: null });
    expect(files).toEqual([]);
  });

  test("user file < folder file < environment < flag", () => {
    const user = writeUserFile({ exclude: ["user"], device: "cpu" });
    expect(resolve().values.exclude).toEqual(["user"]);
    expect(resolve().origins.device).toEqual({ kind: "user file", where: user });

    const folderFile = writeFolderFile({ exclude: ["folder"] });
    expect(resolve().values.exclude).toEqual(["folder"]);
    expect(resolve().origins.exclude).toEqual({ kind: "folder file", where: folderFile });
    expect(resolve().values.device).toBe("cpu");

    const environment = { FERRIS_EXCLUDE: "one\n{two,three}" };
    expect(resolve({ environment }).values.exclude).toEqual(["one", "{two,three}"]);
    expect(resolve({ environment }).origins.exclude).toEqual({ kind: "environment", where: "FERRIS_EXCLUDE" });

    const flags = { exclude: ["flag"] };
    expect(resolve({ environment, flags }).values.exclude).toEqual(["flag"]);
    expect(resolve({ environment, flags }).origins.exclude).toEqual({ kind: "flag", where: "--exclude" });
  });

  test("the nearest ferris.json is the one", () => {
    writeFolderFile({ maxTokens: 100 });
    writeFolderFile({ maxTokens: 50 }, folder);
    expect(resolve().values.maxTokens).toBe(50);
  });

  test("an empty variable counts as unset", () => {
    expect(resolve({ environment: { FERRIS_LIMIT: "" } }).values.limit).toBe(10);
  });
});

describe("a folder's file came with a clone", () => {
  test.each(["model", "db", "device", "limit"])("it may not set %s", (name) => {
    const path = writeFolderFile({ [name]: "x" });
    expect(() => resolve()).toThrow(UsageError);
    expect(() => resolve()).toThrow(`${path} sets "${name}", which a folder's file may not`);
  });
});

describe("errors say file, name, value and what is allowed", () => {
  test("an unknown name", () => {
    const path = writeUserFile({ modle: "x" });
    expect(() => resolve()).toThrow(`${path} has an unknown setting "modle"; allowed here: db, store, index, model`);
  });
  test("a value of the wrong kind", () => {
    const path = writeFolderFile({ include: "*.md" });
    expect(() => resolve()).toThrow(`"include" in ${path} is "*.md": it must be a list of globs`);
  });
  test("not JSON, not an object", () => {
    const path = writeFolderFile("{");
    expect(() => resolve()).toThrow(`${path} is not JSON`);
    writeFolderFile("[]");
    expect(() => resolve()).toThrow(`${path} must hold one JSON object`);
  });
  test.each([
    [{ flags: { device: "tpu" } }, '--device is "tpu": it must be one of auto, gpu, cpu'],
    [{ flags: { limit: "0" } }, "--limit is 0: it must be a whole number from 1 to 1000"],
    [{ flags: { limit: "ten" } }, '--limit is "ten": it must be a whole number'],
    [{ flags: { limit: "1e2" } }, '--limit is "1e2": it must be a whole number'],
    [{ environment: { FERRIS_ALLOW_SOFTWARE_ADAPTER: "maybe" } }, 'FERRIS_ALLOW_SOFTWARE_ADAPTER is "maybe"'],
  ])("%j", (given, message) => expect(() => resolve(given)).toThrow(message));
});
