/** Downloads from a hub on this machine: what comes, in which layout, and what is refused before anything is asked. */
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { DownloadError, InvalidArgumentError, UnsupportedModelError } from "../../src/errors.ts";
import type { PullProgress } from "../../src/hub/pull.ts";
import { readModel } from "../../src/models/read-model.ts";
import {
  cache,
  expectFailure,
  files,
  hub,
  hubId,
  incomplete,
  pull,
  repository,
  useHub,
} from "./support/hub-fixture.ts";
import { hubCommit } from "./support/hub-server.ts";

useHub();

describe("a pull", () => {
  test("brings what is needed, in the layout of huggingface_hub, and the model loads", async () => {
    const progress: PullProgress[] = [];
    const result = await pull({ onProgress: (step) => progress.push(step) });
    expect(result).toMatchObject({ id: hubId, commit: hubCommit, folder: join(repository(), "snapshots", hubCommit) });
    expect(result.files.toSorted()).toEqual(
      [...files.keys()].filter((name) => !/README|pytorch|onnx|openvino/.test(name)).toSorted(),
    );
    expect(await readFile(join(repository(), "refs/main"), "utf8")).toBe(hubCommit);
    for (const name of result.files) {
      const path = join(result.folder, name);
      expect(readFileSync(path).equals(files.get(name)!)).toBe(true);
      expect(lstatSync(path).isSymbolicLink()).toBe(true);
    }
    const sha256 = createHash("sha256").update(files.get("model.safetensors")!).digest("hex");
    expect(readlinkSync(join(result.folder, "model.safetensors"))).toBe(`../../blobs/${sha256}`);
    expect(readlinkSync(join(result.folder, "1_Pooling/config.json"))).toMatch(
      /^\.\.\/\.\.\/\.\.\/blobs\/[0-9a-f]{40}$/,
    );
    expect(incomplete()).toEqual([]);

    expect(progress.at(-1)).toEqual({ file: "model.safetensors", bytes: result.bytes, total: result.bytes });
    expect(progress.map((step) => step.bytes)).toEqual(progress.map((step) => step.bytes).toSorted((a, b) => a - b));

    const description = await readModel(hubId, { cacheDir: cache });
    expect(description).toMatchObject({ id: hubId, revision: hubCommit, modelType: "bert" });
    await description.close();
  });

  test("again fetches no file", async () => {
    await pull();
    const before = hub.requests.length;
    await pull({ revision: "v1" });
    expect(hub.requests.slice(before).filter((request) => request.url.includes("/resolve/"))).toEqual([]);
    expect(await readFile(join(repository(), "refs/v1"), "utf8")).toBe(hubCommit);
  });

  test("adds what a snapshot of Python's tools lacks", async () => {
    const { folder } = await pull();
    await rm(join(folder, "2_Dense"), { recursive: true });
    await pull();
    expect(
      readFileSync(join(folder, "2_Dense/model.safetensors")).equals(files.get("2_Dense/model.safetensors")!),
    ).toBe(true);
  });

  test("at the same time as another gives one whole model", async () => {
    await Promise.all([pull(), pull(), pull()]);
    const description = await readModel(hubId, { cacheDir: cache });
    await description.close();
    expect(incomplete()).toEqual([]);
  });

  test("sends the token to the hub alone, not to hosts it redirects to", async () => {
    vi.stubEnv("HF_TOKEN", "hf_secret");
    await pull();
    for (const { url, authorization } of hub.requests) {
      expect(authorization).toBe(url.startsWith("/storage/") ? undefined : "Bearer hf_secret");
    }
    expect(hub.requests.some(({ url }) => url.startsWith("/storage/"))).toBe(true);
  });

  test("takes the token that `hf auth login` stored", async () => {
    await pull();
    expect(hub.requests[0].authorization).toBeUndefined();
    vi.stubEnv("HF_TOKEN_PATH", join(cache, "token"));
    await writeFile(join(cache, "token"), "hf_stored\n");
    await pull();
    expect(hub.requests.at(-1)!.authorization).toBe("Bearer hf_stored");
  });
});

describe("before anything is asked", () => {
  test.each(["1", "true", "ON"])("HF_HUB_OFFLINE=%s forbids", async (value) => {
    vi.stubEnv("HF_HUB_OFFLINE", value);
    await expectFailure(pull(), DownloadError, /HF_HUB_OFFLINE/);
    expect(hub.requests).toEqual([]);
  });

  test.each(["../../etc", "a/b/c", "https://example.org/x", ""])("the id %j is refused", async (id) => {
    await expectFailure(pull({}, id), InvalidArgumentError, /is not a model id/);
  });

  test("a revision that leads out of the cache is refused", async () => {
    await expectFailure(pull({ revision: "../../main" }), InvalidArgumentError, /invalid revision/);
  });

  test("an endpoint that is not a URL is refused", async () => {
    vi.stubEnv("HF_ENDPOINT", "huggingface.co");
    await expectFailure(pull(), InvalidArgumentError, /HF_ENDPOINT is "huggingface\.co"/);
  });
});

describe("a repository that we cannot use", () => {
  test("with weights of other frameworks alone", async () => {
    files.delete("model.safetensors");
    files.delete("pytorch_model.bin");
    files.delete("2_Dense/model.safetensors");
    await expectFailure(
      pull(),
      UnsupportedModelError,
      /no weights as safetensors, and none as pytorch_model\.bin \(it has/,
    );
    expect(hub.requests.some(({ url }) => url.includes("/resolve/"))).toBe(false);
  });

  test("with weights as pytorch_model.bin alone it is pulled all the same", async () => {
    files.delete("model.safetensors");
    expect((await pull()).files).toContain("pytorch_model.bin");
  });

  test("that is not a model", async () => {
    files.delete("config.json");
    files.delete("modules.json");
    await expectFailure(pull(), UnsupportedModelError, /neither config\.json nor modules\.json/);
  });

  test("with shards brings the index and the shards", async () => {
    const whole = files.get("model.safetensors")!;
    files.delete("model.safetensors");
    files.set("model-00001-of-00001.safetensors", whole);
    files.set(
      "model.safetensors.index.json",
      new TextEncoder().encode(
        '{"weight_map":{"embeddings.word_embeddings.weight":"model-00001-of-00001.safetensors"}}',
      ),
    );
    const { files: pulled } = await pull();
    expect(pulled).toContain("model-00001-of-00001.safetensors");
    const description = await readModel(hubId, { cacheDir: cache });
    await description.close();
  });
});

test("a proxy that the environment names is used", async () => {
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(request.url!);
    const target = httpRequest(request.url!, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(target);
  });
  proxy.on("connect", (request, socket) => {
    seen.push(request.url!);
    const [host, port] = request.url!.split(":");
    const target = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  vi.stubEnv("NO_PROXY", "");
  await pull();
  expect(seen.length).toBeGreaterThan(0);
  expect(seen[0]).toContain(new URL(hub.endpoint).host);
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
});
