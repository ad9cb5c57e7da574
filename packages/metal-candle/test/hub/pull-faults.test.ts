/** Downloads that go wrong: cut, stalled, aborted or changed on the way, refused by the hub. None ever looks like a model. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { DownloadError, ModelNotFoundError, UnsupportedModelError } from "../../src/errors.ts";
import {
  expectFailure,
  expectNoModel,
  failFirst,
  files,
  hub,
  hubId,
  impatient,
  incomplete,
  pull,
  repository,
  useHub,
} from "./support/hub-fixture.ts";
import { sendBytes } from "./support/hub-server.ts";

useHub();

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
    const { folder } = await pull({}, hubId, { ...impatient, stallMilliseconds: 200 });
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
    await expectFailure(pull(), DownloadError, /model\.safetensors.*does not match the SHA-256/);
    await expectNoModel();
    expect(incomplete()).toEqual([]);
  });

  test("by its git hash is removed and named", async () => {
    failFirst("config.json", 9, (request, response, bytes) => sendBytes(request, response, bytes.toReversed()));
    await expectFailure(pull(), DownloadError, /config\.json.*does not match the git hash/);
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

  test("nothing listens there", async () => {
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    await expectFailure(pull(), DownloadError, /ECONNREFUSED|refused|bad port/i);
  });
});

describe("a hub that means harm", () => {
  const info = (url: string): boolean => url.includes("/revision/");
  const tree = (url: string): boolean => url.includes("/tree/");
  const entry = (path: string): object => ({ type: "file", path, size: 4, oid: "a".repeat(40) });

  test.each([
    ["its answer", info, '{"sha":"'],
    ["its list of files", tree, "["],
  ] as const)("by %s without end is left after a few megabytes", async (_, wanted, begin) => {
    let sent = 0;
    hub.fault = (request, response) => {
      if (!wanted(request.url!)) return false;
      response.writeHead(200, { "content-type": "application/json" });
      response.write(begin);
      const piece = Buffer.alloc(1 << 20, 0x61);
      const more = (): void => {
        while (!response.destroyed && response.write(piece)) sent += piece.length;
      };
      response.on("drain", more);
      more();
      return true;
    };
    await expectFailure(pull(), DownloadError, /larger than 16777216 bytes/);
    expect(sent).toBeLessThan(200 << 20);
  });

  test("by a packed answer that unpacks without end is left", async () => {
    const packed = gzipSync(Buffer.alloc(64 << 20, 0x61));
    hub.fault = (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
      return true;
    };
    await expectFailure(pull(), DownloadError, /larger than 16777216 bytes/);
  });

  test("by an answer that drips is left in time", async () => {
    hub.fault = (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(" "), 50);
      response.on("close", () => clearInterval(timer));
      return true;
    };
    const pulling = pull({}, hubId, { ...impatient, answerMilliseconds: 500 });
    await expectFailure(pulling, DownloadError, /no whole answer about someone\/tiny-dense in 0.5 seconds/);
    expect(hub.requests).toHaveLength(1);
  });

  test.each([
    ["pages without end", (): object[] => [entry("x")], /more than 100 pages/],
    [
      "more files than any model",
      () => Array.from({ length: 60_000 }, (_, i) => entry(`${i}`)),
      /more than 50000 files/,
    ],
  ] as const)("by a list of %s is refused", async (_, page, message) => {
    let pages = 0;
    hub.fault = (request, response) => {
      if (!tree(request.url!)) return false;
      const next = `<${hub.endpoint}${request.url!.split("?")[0]}?cursor=${pages++}>; rel="next"`;
      response.writeHead(200, { link: next }).end(JSON.stringify(page()));
      return true;
    };
    await expectFailure(pull(), DownloadError, message);
  });

  test("with a next page on another host is not followed there, and sends no token", async () => {
    vi.stubEnv("HF_TOKEN", "hf_secret");
    hub.fault = (request, response) => {
      if (!tree(request.url!)) return false;
      response.writeHead(200, { link: '<http://127.0.0.1:9/more>; rel="next"' }).end("[]");
      return true;
    };
    await expectFailure(pull(), DownloadError, /goes on at http:\/\/127\.0\.0\.1:9\/more, which is not on/);
  });

  test("with more files than any model needs is refused", async () => {
    hub.fault = (request, response) => {
      if (!tree(request.url!)) return false;
      const folders = Array.from({ length: 2000 }, (_, i) => entry(`${i}_x/config.json`));
      response.writeHead(200).end(JSON.stringify([entry("config.json"), entry("model.safetensors"), ...folders]));
      return true;
    };
    await expectFailure(pull(), UnsupportedModelError, /2002 files that a model would need; at most 1000/);
  });

  test("by entries of every other kind is asked for what is sound in them", async () => {
    hub.fault = (request, response) => {
      if (!tree(request.url!)) return false;
      const bad = [
        null,
        1,
        "x",
        {},
        { ...entry("y"), size: -5 },
        { ...entry("z"), size: "x" },
        { ...entry("v"), oid: "../x" },
      ];
      response.writeHead(200).end(JSON.stringify(bad));
      return true;
    };
    await expectFailure(pull(), UnsupportedModelError, /has neither config\.json nor modules\.json/);
  });
});
