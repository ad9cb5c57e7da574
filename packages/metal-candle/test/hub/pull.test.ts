/** Downloads from a hub on this machine: the cache's layout, and every way in which a download goes wrong. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DownloadError, InvalidArgumentError, ModelNotFoundError, UnsupportedModelError } from "../../src/errors.ts";
import type { Patience } from "../../src/hub/hub-client.ts";
import { pullModel, type PullOptions, type PullProgress } from "../../src/hub/pull.ts";
import { readModel } from "../../src/models/read-model.ts";
import { tinyModelFolder } from "../support/goldens.ts";
import { COMMIT, HubServer, sendBytes } from "./support/hub-server.ts";

const ID = "someone/tiny-dense";
const IMPATIENT: Patience = {
  attempts: 3,
  backoffMilliseconds: 1,
  longestWaitMilliseconds: 2000,
  stallMilliseconds: 20_000,
};

/** What a repository of this model would hold, with files that are not needed. */
function repositoryFiles(): Map<string, Uint8Array> {
  const folder = tinyModelFolder("bert-dense");
  const names = [
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "model.safetensors",
    "1_Pooling/config.json",
    "2_Dense/config.json",
    "2_Dense/model.safetensors",
  ];
  const files = new Map<string, Uint8Array>(names.map((name) => [name, readFileSync(join(folder, name))]));
  for (const name of [
    "README.md",
    "pytorch_model.bin",
    "onnx/model.onnx",
    "onnx/config.json",
    "openvino/model.safetensors",
  ]) {
    files.set(name, new TextEncoder().encode(`${name} is not needed`));
  }
  return files;
}

let files: Map<string, Uint8Array>;
let hub: HubServer;
let cache: string;

beforeEach(async () => {
  files = repositoryFiles();
  hub = new HubServer(ID, files);
  await hub.start();
  cache = await mkdtemp(join(tmpdir(), "metal-candle-hub-"));
  vi.stubEnv("HF_ENDPOINT", `${hub.endpoint}/`);
  vi.stubEnv("HF_HUB_OFFLINE", "");
  vi.stubEnv("HF_TOKEN", "");
  vi.stubEnv("HF_HOME", join(cache, "home"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
  await rm(cache, { recursive: true, force: true });
});

const pull = (options: PullOptions = {}, id = ID, patience = IMPATIENT) =>
  pullModel(id, { cacheDir: cache, ...options }, patience);
const repository = (): string => join(cache, "models--someone--tiny-dense");
const incomplete = (): string[] =>
  existsSync(join(repository(), "blobs"))
    ? readdirSync(join(repository(), "blobs")).filter((name) => name.endsWith(".incomplete"))
    : [];

/** Lets the first `times` requests for a file's content go wrong. */
function failFirst(
  name: string,
  times: number,
  how: (request: IncomingMessage, response: ServerResponse, bytes: Uint8Array) => void,
): void {
  let left = times;
  const isLarge = name.endsWith(".safetensors");
  hub.fault = (request, response, file) => {
    // Large files are asked for at the hub, and then where it sends us.
    if (file !== name || (isLarge && !request.url!.startsWith("/storage/")) || left === 0) return false;
    left -= 1;
    how(request, response, files.get(name)!);
    return true;
  };
}

async function expectFailure(
  promise: Promise<unknown>,
  type: new (message: string) => Error,
  message: RegExp,
): Promise<void> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
}

/** Nothing that a reader would take for a model. */
async function expectNoModel(): Promise<void> {
  await expect(readModel(ID, { cacheDir: cache })).rejects.toThrow(ModelNotFoundError);
  expect(existsSync(join(repository(), "snapshots", COMMIT))).toBe(false);
}

describe("a pull", () => {
  test("brings what is needed, in the layout of huggingface_hub, and the model loads", async () => {
    const progress: PullProgress[] = [];
    const result = await pull({ onProgress: (step) => progress.push(step) });
    expect(result).toMatchObject({ id: ID, commit: COMMIT, folder: join(repository(), "snapshots", COMMIT) });
    expect(result.files.toSorted()).toEqual(
      [...files.keys()].filter((name) => !/README|pytorch|onnx|openvino/.test(name)).toSorted(),
    );
    expect(await readFile(join(repository(), "refs/main"), "utf8")).toBe(COMMIT);
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

    const description = await readModel(ID, { cacheDir: cache });
    expect(description).toMatchObject({ id: ID, revision: COMMIT, modelType: "bert" });
    await description.close();
  });

  test("again fetches no file", async () => {
    await pull();
    const before = hub.requests.length;
    await pull({ revision: "v1" });
    expect(hub.requests.slice(before).filter((request) => request.url.includes("/resolve/"))).toEqual([]);
    expect(await readFile(join(repository(), "refs/v1"), "utf8")).toBe(COMMIT);
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
    const description = await readModel(ID, { cacheDir: cache });
    await description.close();
    expect(incomplete()).toEqual([]);
  });

  test("sends the token to the hub, and to nobody that it redirects to", async () => {
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

describe("a connection that breaks", () => {
  test("is taken up where it stopped, and the whole is checked", async () => {
    failFirst("model.safetensors", 2, (request, response, bytes) => {
      const from = Number(/\d+/.exec(request.headers.range ?? "0")![0]);
      response.writeHead(from > 0 ? 206 : 200, { "content-length": bytes.length - from });
      response.write(bytes.subarray(from, from + 100_000), () => response.destroy());
    });
    const { folder } = await pull();
    expect(readFileSync(join(folder, "model.safetensors")).equals(files.get("model.safetensors")!)).toBe(true);
    const ranges = hub.requests.filter(({ url }) => url === "/storage/model.safetensors").map(({ range }) => range);
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBeUndefined();
    expect(ranges[2]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test("again and again is an error; the next pull goes on from there", async () => {
    failFirst("model.safetensors", 1, (_, response, bytes) => {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 200_000), () => response.destroy());
    });
    const first = hub.fault;
    hub.fault = (request, response, file) => {
      if (first(request, response, file)) return true;
      if (request.url !== "/storage/model.safetensors") return false;
      response.destroy();
      return true;
    };
    await expectFailure(
      pull(),
      DownloadError,
      /Downloading model\.safetensors of someone\/tiny-dense failed after 3 attempts.*kept/,
    );
    await expectNoModel();
    expect(incomplete()).toHaveLength(1);

    hub.fault = () => false;
    await pull();
    expect(hub.requests.at(-1)!.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(incomplete()).toEqual([]);
  });

  test("by an abort rejects with the signal's reason, and keeps what came", async () => {
    const controller = new AbortController();
    failFirst("model.safetensors", 1, (_, response, bytes) => {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 150_000));
    });
    const reason = new Error("enough");
    const pulling = pull({
      signal: controller.signal,
      onProgress: ({ file, bytes }) => {
        if (file === "model.safetensors" && bytes > 200_000) controller.abort(reason);
      },
    });
    await expect(pulling).rejects.toBe(reason);
    await expectNoModel();
    expect(incomplete()).toHaveLength(1);
    await pull();
    expect(hub.requests.at(-1)!.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test("by nothing coming any more is dropped and tried again", async () => {
    failFirst("model.safetensors", 1, (_, response, bytes) => {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 50_000));
    });
    const { folder } = await pull({}, ID, { ...IMPATIENT, stallMilliseconds: 200 });
    expect(readFileSync(join(folder, "model.safetensors")).equals(files.get("model.safetensors")!)).toBe(true);
  });

  test("a slow body that keeps coming is waited for", async () => {
    failFirst("tokenizer_config.json", 1, (_, response, bytes) => {
      response.writeHead(200, { "content-length": bytes.length });
      let sent = 0;
      const timer = setInterval(() => {
        response.write(bytes.subarray(sent, (sent += 40)));
        if (sent < bytes.length) return;
        clearInterval(timer);
        response.end();
      }, 60);
    });
    await pull();
    expect(hub.requestsFor("tokenizer_config.json")).toHaveLength(1);
  });
});

describe("content that is not what the hub lists", () => {
  test("by its hash is removed and named", async () => {
    failFirst("model.safetensors", 9, (request, response, bytes) => sendBytes(request, response, bytes.toReversed()));
    await expectFailure(pull(), DownloadError, /model\.safetensors.*has not the SHA-256/);
    await expectNoModel();
    expect(incomplete()).toEqual([]);
  });

  test("by its git hash is removed and named", async () => {
    failFirst("config.json", 9, (request, response, bytes) => sendBytes(request, response, bytes.toReversed()));
    await expectFailure(pull(), DownloadError, /config\.json.*has not the git hash/);
    await expectNoModel();
  });

  test("by a damaged first half is fetched anew, once", async () => {
    const sha256 = createHash("sha256").update(files.get("model.safetensors")!).digest("hex");
    await pull();
    await rm(join(repository(), "blobs", sha256));
    await rm(join(repository(), "snapshots"), { recursive: true });
    await writeFile(join(repository(), "blobs", `${sha256}.incomplete`), new Uint8Array(1000).fill(9));
    const { folder } = await pull();
    expect(readFileSync(join(folder, "model.safetensors")).equals(files.get("model.safetensors")!)).toBe(true);
  });

  test("a file that a killed process left is taken up, one that a running process writes is not", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    const whole = files.get("model.safetensors")!;
    const name = createHash("sha256").update(whole).digest("hex");
    await mkdir(join(repository(), "blobs"), { recursive: true });
    await writeFile(join(repository(), "blobs", `${name}.${pid}-1.incomplete`), whole.subarray(0, 300_000));
    await writeFile(join(repository(), "blobs", `${name}.${process.ppid}-1.incomplete`), whole.subarray(0, 400_000));
    await pull();
    expect(hub.requests.at(-1)!.range).toBe("bytes=300000-");
    expect(incomplete()).toEqual([`${name}.${process.ppid}-1.incomplete`]);
  });

  test("by being larger", async () => {
    failFirst("config.json", 9, (_, response, bytes) => response.end(Buffer.concat([bytes, bytes])));
    await expectFailure(pull(), DownloadError, /config\.json.*larger than the \d+ bytes/);
    await expectNoModel();
  });

  test("by being shorter", async () => {
    failFirst("config.json", 9, (request, response, bytes) => {
      const from = Number(/\d+/.exec(request.headers.range ?? "0")![0]);
      response.writeHead(from > 0 ? 206 : 200).end(bytes.subarray(from, 20));
    });
    await expectFailure(pull(), DownloadError, /config\.json.*ended after 20 of \d+ bytes/);
    await expectNoModel();
  });

  test("a server without ranges makes the second attempt start over", async () => {
    failFirst("model.safetensors", 2, (request, response, bytes) => {
      response.writeHead(200, { "content-length": bytes.length });
      if (request.headers.range === undefined) response.write(bytes.subarray(0, 100_000), () => response.destroy());
      else response.end(bytes);
    });
    const { folder } = await pull();
    expect(readFileSync(join(folder, "model.safetensors")).equals(files.get("model.safetensors")!)).toBe(true);
  });
});

describe("a hub that refuses", () => {
  const answer = (status: number, headers: Record<string, string> = {}, times = Infinity): void => {
    let left = times;
    hub.fault = (_, response) => {
      if (left-- <= 0) return false;
      response.writeHead(status, { "content-type": "application/json", ...headers }).end('{"error":"no"}');
      return true;
    };
  };

  test("401 without a token says how to give one", async () => {
    answer(401);
    await expectFailure(pull(), DownloadError, /refuses revision main of someone\/tiny-dense \(401\).*set HF_TOKEN/);
    expect(hub.requests).toHaveLength(1);
  });

  test("403 with a token says that the token may not", async () => {
    vi.stubEnv("HF_TOKEN", "hf_secret");
    answer(403);
    await expectFailure(pull(), DownloadError, /token in HF_TOKEN may not read it/);
  });

  test("404 is a model that is not there, or a revision", async () => {
    await expectFailure(pull({}, "someone/else"), ModelNotFoundError, /has no revision main of someone\/else \(404\)/);
    await expectFailure(pull({ revision: "v9" }), ModelNotFoundError, /revision v9/);
  });

  test("429 is waited out as long as it asks", async () => {
    answer(429, { "retry-after": "1" }, 1);
    const start = performance.now();
    await pull();
    expect(performance.now() - start).toBeGreaterThan(950);
  });

  test("429 for longer than anyone waits is an error that says how long", async () => {
    answer(429, { "retry-after": "3600" });
    await expectFailure(pull(), DownloadError, /fewer requests \(429\), for 3600 seconds/);
    expect(hub.requests).toHaveLength(1);
  });

  test("503 is tried again, and then given up", async () => {
    answer(503, {}, 2);
    await pull();
    answer(503);
    await expectFailure(pull(), DownloadError, /failed after 3 attempts: the hub answered 503/);
  });

  test("a page instead of JSON", async () => {
    hub.fault = (_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in to the hotel's network</html>");
      return true;
    };
    await expectFailure(pull(), DownloadError, /Asking for someone\/tiny-dense failed/);
  });

  test("nobody there", async () => {
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    await expectFailure(pull(), DownloadError, /ECONNREFUSED|refused|bad port/i);
  });
});

describe("before anything is asked", () => {
  test.each(["1", "true", "ON"])("HF_HUB_OFFLINE=%s forbids", async (value) => {
    vi.stubEnv("HF_HUB_OFFLINE", value);
    await expectFailure(pull(), DownloadError, /HF_HUB_OFFLINE/);
    expect(hub.requests).toEqual([]);
  });

  test.each(["../../etc", "a/b/c", "https://example.org/x", ""])("the id %j is refused", async (id) => {
    await expectFailure(pull({}, id), InvalidArgumentError, /no model id/);
  });

  test("a revision that leads out of the cache is refused", async () => {
    await expectFailure(pull({ revision: "../../main" }), InvalidArgumentError, /no revision/);
  });

  test("an endpoint that is no URL is refused", async () => {
    vi.stubEnv("HF_ENDPOINT", "huggingface.co");
    await expectFailure(pull(), InvalidArgumentError, /HF_ENDPOINT is "huggingface\.co"/);
  });
});

describe("a repository that we cannot use", () => {
  test("with pickled weights alone", async () => {
    files.delete("model.safetensors");
    files.delete("2_Dense/model.safetensors");
    await expectFailure(pull(), UnsupportedModelError, /no weights as safetensors \(it has pytorch_model\.bin\)/);
    expect(hub.requests.some(({ url }) => url.includes("/resolve/"))).toBe(false);
  });

  test("that is no model", async () => {
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
    const description = await readModel(ID, { cacheDir: cache });
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
