/** Finding models: folders, the bundled package, and the hub cache wherever the environment puts it. */
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { InvalidArgumentError, ModelNotFoundError } from "../../src/errors.ts";
import { defaultModel, hubCacheFolder, isModelId, locateModel } from "../../src/hub/cache.ts";
import { bundledModelFolder } from "../support/goldens.ts";

const someCommit = "0123456789abcdef0123456789abcdef01234567";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "metal-candle-cache-"));
  for (const name of ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"]) vi.stubEnv(name, "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts an empty snapshot of a model into a hub cache. */
async function snapshot(cache: string, id: string, reference: string | null, commit = someCommit): Promise<string> {
  const repository = join(cache, `models--${id.replace("/", "--")}`);
  const path = join(repository, "snapshots", commit);
  await mkdir(path, { recursive: true });
  if (reference !== null) {
    const file = join(repository, "refs", reference);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, commit);
  }
  return path;
}

describe("the hub cache", () => {
  test.each([
    [{ HF_HUB_CACHE: "/a", HF_HOME: "/b" }, "/a"],
    [{ HUGGINGFACE_HUB_CACHE: "/a" }, "/a"],
    [{ HF_HOME: "/b", XDG_CACHE_HOME: "/c" }, "/b/hub"],
    [{ XDG_CACHE_HOME: "/c", HOME: "/d" }, "/c/huggingface/hub"],
    [{ HOME: "/d" }, "/d/.cache/huggingface/hub"],
    [{ HOME: "/d", HF_HOME: "~/models" }, "/d/models/hub"],
  ])("with %o is %s", (environment, path) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(hubCacheFolder()).toBe(path);
  });

  test("is looked through by id, at main, a tag, a branch with a slash, or a commit", async () => {
    const path = await snapshot(folder, "org/model", "main");
    await snapshot(folder, "org/model", "v1");
    await snapshot(folder, "org/model", "refs/pr/1");
    vi.stubEnv("HF_HUB_CACHE", folder);
    for (const revision of [undefined, "main", "v1", "refs/pr/1", someCommit]) {
      expect(await locateModel("org/model", { revision })).toEqual({
        folder: path,
        hubId: "org/model",
        commit: someCommit,
      });
    }
  });

  test("a bare name is one of sentence-transformers' own", async () => {
    const path = await snapshot(folder, "sentence-transformers/some-model", "main");
    expect(await locateModel("some-model", { cacheDir: folder })).toEqual({
      folder: path,
      hubId: "sentence-transformers/some-model",
      commit: someCommit,
    });
  });

  test("that lacks the model, the revision or the snapshot says where it looked and what to do", async () => {
    const repository = join(folder, "models--org--model");
    const attempt = locateModel("org/model", { cacheDir: folder });
    await expect(attempt).rejects.toThrow(ModelNotFoundError);
    await expect(attempt).rejects.toThrow(repository);
    await expect(attempt).rejects.toThrow(/To download it: pullModel\("org\/model"\)$/);
    await snapshot(folder, "org/model", "main");
    const other = locateModel("org/model", { cacheDir: folder, revision: "v2" });
    await expect(other).rejects.toThrow(/at revision v2.*pullModel\("org\/model", { revision: "v2" }\)$/);
    await expect(other).rejects.toMatchObject({ downloadable: { id: "org/model", revision: "v2" } });
    rmSync(join(repository, "snapshots"), { recursive: true });
    await expect(locateModel("org/model", { cacheDir: folder })).rejects.toThrow(ModelNotFoundError);
  });

  test("is not left by a reference or a revision", async () => {
    await snapshot(folder, "org/model", "main");
    await writeFile(join(folder, "models--org--model/refs/main"), "../../../..");
    await expect(locateModel("org/model", { cacheDir: folder })).rejects.toThrow(ModelNotFoundError);
    await expect(locateModel("org/model", { cacheDir: folder, revision: "../main" })).rejects.toThrow(
      InvalidArgumentError,
    );
  });
});

describe("a folder", () => {
  test("is taken as it is, and known by id where it is a snapshot", async () => {
    expect(await locateModel(folder)).toEqual({ folder, hubId: null, commit: null });
    const path = await snapshot(folder, "org/model", null);
    expect(await locateModel(path)).toEqual({ folder: path, hubId: "org/model", commit: someCommit });
  });

  test.each(["./nothing/here", "/nothing/here", "~/nothing-here-at-all", "..\\nothing"])(
    "%s that is not there is not looked for as an id",
    async (path) => {
      await expect(locateModel(path, { cacheDir: folder })).rejects.toThrow(/There is no folder/);
    },
  );

  test("with the default's name that is not installed names npm's package, as the hub has no such model", async () => {
    vi.resetModules();
    vi.doMock("#platform/files", async (original) => ({
      ...(await original<object>()),
      defaultModelFolder: () => null,
    }));
    const { locateModel: locate } = await import("../../src/hub/cache.ts");
    const attempt = locate(defaultModel, { cacheDir: folder });
    await expect(attempt).rejects.toThrow(/is not installed: npm install all-minilm-l6-v2-q8$/);
    await expect(attempt).rejects.toMatchObject({ downloadable: null });
    vi.doUnmock("#platform/files");
  });

  test("of the default's name does not stand in for it", async () => {
    const { folder: found } = await locateModel(defaultModel);
    expect(join(found, "/")).toBe(bundledModelFolder);
  });
});

test.each([
  ["org/name", true],
  ["name", true],
  ["Org-1/name_2.5", true],
  ["", false],
  ["a/b/c", false],
  ["../name", false],
  ["org/..", false],
  ["org--name", false],
  ["https://hub/org/name", false],
  ["org/na me", false],
])("%j is an id: %s", (text, expected) => {
  expect(isModelId(text)).toBe(expected);
});
