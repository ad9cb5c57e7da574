/**
 * metal-candle in a real page, with the engine in its worker: PyTorch's numbers on both devices, the whole API over the boundary, what is kept
 * and what is fetched, and what a page is told when something is missing. One browser and one bundle for all of it.
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BrowserPage, describeBrowser, isThorough, openBrowserPage } from "@ferris/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { checkValues } from "../../src/gpu/prove/kernel-check.ts";
import type { CacheUsage, LoadOptions } from "../../src/index.ts";
import { GpuVectors, type Neighbour } from "../../src/vectors.ts";
import { hubCommit, HubServer } from "../hub/support/hub-server.ts";
import {
  bundledModelFolder,
  floats,
  goldenTexts,
  goldensFolder,
  largestDifference,
  readGolden,
  tinyModelFolder,
} from "../support/goldens.ts";
import { type PageResult, tokensAndClasses, type TokensAndClasses } from "./embed-page.ts";
import { modelFiles, ModelServer } from "./support/model-server.ts";

const onnxruntime = "/ort/ort.wasm.min.mjs";
const onnxruntimeFolder = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
const cpu: LoadOptions = { device: "cpu", onnxruntime };

/** One of each kind of encoder, for the GPU: its kernels check themselves, which takes a software adapter seconds; the quick suite has the ends. */
const kinds = ["bert-dense", "mpnet", "modernbert", "qwen3"];
const gpuModels = isThorough ? kinds : ["qwen3"];
const miniLmDevices = isThorough ? (["gpu", "cpu"] as const) : (["cpu"] as const);
const cpuModels = [
  ...kinds,
  "nomic-bert",
  "bert-odd",
  "roberta",
  "xlm-roberta",
  "distilbert",
  "electra",
  "eurobert",
  "gemma3-text",
  "gte-new",
];

describeBrowser("metal-candle in a page", (program) => {
  let page: BrowserPage;
  beforeAll(async () => {
    page = await openBrowserPage(program, {
      entry: join(import.meta.dirname, "embed-page.ts"),
      folders: { "/goldens": goldensFolder, "/bundled": bundledModelFolder, "/ort": onnxruntimeFolder },
    });
  });
  afterAll(() => page?.close());

  const embed = (place: string, texts: readonly string[], options: LoadOptions): Promise<PageResult> =>
    page.call("embed", place, texts, options);
  const tiny = (name: string): string => `/goldens/tiny/${name}`;

  /** Embeds golden texts in the page, those of these numbers, and compares with PyTorch. */
  async function expectGolden(
    folder: string,
    golden: string,
    numbers: readonly number[],
    options: LoadOptions,
  ): Promise<void> {
    const all = goldenTexts();
    const expected = floats(readGolden(`${golden}/golden.safetensors`), "embedding");
    const width = expected.length / all.length;
    const texts = numbers.map((number) => all[number]);
    const result = await embed(folder, texts, options);
    expect(result).toMatchObject({ device: options.device, thread: "worker" });
    const rows = numbers.flatMap((number) => [...expected.subarray(number * width, (number + 1) * width)]);
    expect(largestDifference(result.data, Float32Array.from(rows))).toBeLessThan(1e-5);
  }

  describe("at first", () => {
    test("a worker that does not start is a notice, and an error where it was asked for", async () => {
      // As where a bundler left the worker's file out. Later this page has a worker already.
      await page.page.route("**/metal-candle-worker-*", (route) => route.fulfill({ status: 404 }));
      const { thread, notices } = await embed(tiny("bert-dense"), ["a"], cpu);
      expect(thread).toBe("own");
      expect(notices.join()).toMatch(/the engine runs on this page's own thread.*does not start/);
      const error = await page.call("loadError", tiny("bert-dense"), { ...cpu, worker: true });
      expect(error).toMatchObject({ isOurs: true, code: "WORKER_LOST" });
      await page.page.unrouteAll();
    });

    test("without WebGPU, auto is WebAssembly and says so; without that, too, both are explained", async () => {
      const { device, notices, message } = await page.call<{ device: string; notices: string[]; message: string }>(
        "withoutWebGpu",
        tiny("bert-dense"),
      );
      expect(device).toBe("cpu");
      expect(notices.join()).toMatch(/device auto is the CPU\. No GPU: this browser has no WebGPU/);
      expect(message).toMatch(/no device to run on.*no WebGPU.*npm install onnxruntime-web/s);
    });
  });

  describe("PyTorch's numbers", () => {
    // Every third text: the kernels are those of Node, which sees all of them.
    const some = [...goldenTexts().keys()].filter((index) => index % 3 === 0);

    test.each(gpuModels)("of tiny/%s on the GPU", async (name) => {
      await expectGolden(tiny(name), `tiny/${name}`, some, { device: "gpu" });
    });

    test.each(cpuModels)("of tiny/%s in WebAssembly", async (name) => {
      await expectGolden(tiny(name), `tiny/${name}`, [...goldenTexts().keys()], cpu);
    });

    test.each(miniLmDevices)("of the bundled MiniLM, %s", async (device) => {
      const texts = goldenTexts();
      const longest = texts.indexOf(texts.reduce((a, b) => (b.length > a.length ? b : a)));
      const short = [...texts.keys()].filter((number) => texts[number].length < 40);
      await expectGolden("/bundled", "real/all-MiniLM-L6-v2-q8", [...short, longest], { ...cpu, device });
    });

    test("of a reranker", async () => {
      const logits = floats(readGolden("tiny/bert-reranker-3/golden.safetensors"), "logits");
      const golden = JSON.parse(readFileSync(join(tinyModelFolder("bert-reranker-3"), "golden.json"), "utf8")) as {
        pairs: [number, number][];
      };
      const texts = goldenTexts();
      const pairs = golden.pairs.slice(0, 10).map(([query, text]) => [texts[query], texts[text]]);
      const told = await page.call<{ logits: number[][]; thread: string; top: number }>(
        "rerank",
        tiny("bert-reranker-3"),
        pairs,
      );
      const width = logits.length / golden.pairs.length;
      expect(largestDifference(told.logits.flat(), logits.subarray(0, pairs.length * width))).toBeLessThan(1e-5);
      expect(told).toMatchObject({ thread: "worker", top: 2 });
    });
  });

  describe("the engine's worker", () => {
    test("gives vectors of tokens and classes, as Node does", async () => {
      const [model, classifier, text] = ["bert-dense", "bert-reranker-3", goldenTexts()[5]];
      const told = await page.call<TokensAndClasses>("tokensAndClasses", tiny(model), tiny(classifier), text);
      const node = await tokensAndClasses(tinyModelFolder(model), tinyModelFolder(classifier), text, {});
      expect([told.ids, told.tokens]).toEqual([node.ids, node.ids.length]);
      expect(largestDifference([...told.data, ...told.logits], [...node.data, ...node.logits])).toBeLessThan(1e-5);
    });

    test("gives a text the same bits alone and among others", async () => {
      const texts = goldenTexts().slice(0, 8);
      const { alone, together } = await page.call<Record<string, number[]>>(
        "aloneAndTogether",
        tiny("bert-dense"),
        texts,
      );
      expect(together).toEqual(alone);
    });

    test("may have a worker of its own that tokenises", async () => {
      const many = Array.from({ length: 520 }, (_, index) => `text ${index}`);
      const told = await page.call("sameWithThread", tiny("bert-dense"), many);
      expect(told).toEqual({ threads: 1, same: true });
    });

    test("has the whole API: streams, tokens, progress, aborts, errors with their class, the way to end", async () => {
      expect(await page.call("useEverything", tiny("bert-dense"))).toEqual({
        sameAsStream: true,
        totals: 40,
        counted: 80,
        gpu: null,
        tokens: expect.any(Number),
        ids: expect.any(Number),
        abandonedWithItsReason: true,
        wrong: [true, "INVALID_ARGUMENT", expect.stringContaining('has no prompt named "nobody"; it has')],
        wrongStream: expect.stringContaining('has no prompt named "nobody"'),
        closing: "",
        lastRows: 1,
        closed: true,
      });
    });

    test("that dies ends its calls with a WorkerLostError, and the next load has another", async () => {
      expect(await page.call("killWorker", tiny("bert-dense"))).toEqual({
        lost: true,
        message: expect.stringContaining("Load them again"),
        after: true,
        workers: 2,
        length: expect.any(Number),
      });
    });

    test("leaves the page without a long task", async () => {
      for (const [options, texts] of [
        [cpu, 1000],
        [{ device: "gpu" }, 100],
      ] satisfies [LoadOptions, number][]) {
        // The best of several: a busy machine stretches every task. What runs on this thread is long each time.
        let tasks: number[] = [0];
        for (let tries = 0; tries < 12 && tasks.length > 0; tries++) {
          const told = await page.call<{ tasks: number[]; control: number[] }>(
            "longestTask",
            tiny("bert-dense"),
            texts,
            options,
          );
          expect(told.control.length).toBe(1);
          ({ tasks } = told);
        }
        expect(tasks).toEqual([]);
      }
    });
  });

  describe("a model by URL", () => {
    let server: ModelServer;
    beforeEach(async () => {
      server = new ModelServer(modelFiles("bert-dense"));
      await server.start();
      await page.call("clear");
    });
    afterEach(() => server.stop());
    const weights = (): string[] => server.requests.filter((request) => request.includes("GET model.safetensors"));

    test("is kept, not fetched again, and there without a network", async () => {
      const first = await embed(server.origin, ["a"], cpu);
      expect(first.progress["model.safetensors"]).toBe(server.files.get("model.safetensors")!.length);
      const bytes = [...server.files.values()].reduce((sum, { length }) => sum + length, 0);
      const [kept] = (await page.call<CacheUsage[]>("usage")).filter(({ kind }) => kind === "models");
      expect(kept!.bytes).toBeGreaterThan(bytes * 0.9);

      const second = await embed(server.origin, ["a"], cpu);
      expect(second.progress["model.safetensors"]).toBeUndefined();
      await server.stop();
      const offline = await embed(server.origin, ["a"], cpu);
      expect([second.data, offline.data]).toEqual([first.data, first.data]);
      expect(server.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
      await page.call("clear");
      expect(await page.call("loadError", server.origin, cpu)).toMatchObject({
        isOurs: true,
        code: "MODEL_FILE_INVALID",
      });
      await server.start();
    });

    test("asks for nothing in vain, where it is told what is there", async () => {
      const told = await embed(server.origin, ["a"], { ...cpu, files: [...server.files.keys()] });
      expect(server.requests.filter((request) => request.endsWith(" 404"))).toEqual([]);
      expect(told.data).toEqual((await embed(server.origin, ["a"], cpu)).data);
      expect(server.requests.filter((request) => request.endsWith(" 404"))).not.toEqual([]);
      const error = await page.call("loadError", server.origin, { ...cpu, files: ["config.json", "modules.json"] });
      expect(error).toMatchObject({
        code: "MODEL_FILE_INVALID",
        message: expect.stringContaining("model.safetensors"),
      });
    });

    test("is fetched again where the server has another version", async () => {
      const first = await embed(server.origin, ["a"], cpu);
      const changed = server.files.get("model.safetensors")!.slice();
      // The last weights, of the Dense layer or of the encoder: any will do.
      for (let at = changed.length - 4000; at < changed.length; at += 4) changed.copyWithin(at, at - 4000, at - 3996);
      server.files.set("model.safetensors", changed);
      expect((await embed(server.origin, ["a"], cpu)).data).not.toEqual(first.data);
      expect(weights().length).toBe(2);
    });

    test("goes on where its download broke", async () => {
      server.cutAfter = 100_000;
      const { data } = await embed(server.origin, ["a"], cpu);
      expect(weights().map((request) => request.split(" ").at(-1))).toEqual(["200", "206"]);
      expect(data).toEqual((await embed(tiny("bert-dense"), ["a"], cpu)).data);
    });

    test("of the page's own server is asked for by its ETag", async () => {
      const answers: number[] = [];
      page.page.on("response", (response) => {
        if (response.url().endsWith("bert-dense/model.safetensors")) answers.push(response.status());
      });
      await embed(tiny("bert-dense"), ["a"], cpu);
      await embed(tiny("bert-dense"), ["a"], cpu);
      expect(answers).toEqual([200, 304]);
    });

    test("that is not there is a named error", async () => {
      const error = await page.call("loadError", `${server.origin}/nothing`, cpu);
      expect(error).toMatchObject({
        isOurs: true,
        code: "MODEL_NOT_FOUND",
        message: expect.stringContaining("config.json"),
      });
    });
  });

  describe("a model by id", () => {
    const id = "someone/tiny-dense";
    let hub: HubServer;
    let files: Map<string, Uint8Array>;
    beforeEach(async () => {
      files = modelFiles("bert-dense");
      hub = new HubServer(id, files);
      await hub.start();
      await page.call("clear");
    });
    afterEach(() => hub.stop());
    const load = (options: LoadOptions = {}): LoadOptions => ({ ...cpu, hub: hub.endpoint, ...options });

    test("comes from the hub with progress, simple requests alone, and is then there without it", async () => {
      const first = await embed(id, ["a"], load());
      expect(first.notices).toContainEqual(expect.stringContaining("downloading it"));
      expect(Math.max(...Object.values(first.progress))).toBe(
        [...files.values()].reduce((sum, { length }) => sum + length, 0),
      );
      expect(new Set(hub.requests.map(({ method }) => method))).toEqual(new Set(["GET"]));
      const asked = hub.requests.length;
      const failed: string[] = [];
      page.page.on("response", (response) => {
        if (!response.ok()) failed.push(response.url());
      });
      expect((await embed(id, ["a"], load())).data).toEqual(first.data);
      expect(hub.requests.length).toBe(asked);
      // The list says what there is: nothing is asked for in vain.
      expect(failed).toEqual([]);
      expect(first.data).toEqual((await embed(tiny("bert-dense"), ["a"], cpu)).data);
    });

    test("goes on where its download broke, and is checked as a whole", async () => {
      let left = 1;
      hub.fault = (request, response, file) => {
        if (file !== "model.safetensors" || !request.url!.startsWith("/storage/") || left-- <= 0) return false;
        const bytes = files.get(file)!;
        response.writeHead(200, { "content-length": bytes.length });
        // Time for them to arrive: a browser drops what it has not handed on when a connection breaks.
        response.write(bytes.subarray(0, 90_000), () => setTimeout(() => response.destroy(), 1500));
        return true;
      };
      await embed(id, ["a"], load());
      const ranges = hub.requestsFor("model.safetensors").map(({ range }) => range);
      expect(ranges.filter((range) => range !== undefined).length).toBeGreaterThan(0);
    });

    test("that is not what the hub says is refused, and nothing of it is kept", async () => {
      hub.fault = (request, response, file) => {
        if (file !== "model.safetensors" || !request.url!.startsWith("/storage/")) return false;
        const bytes = files.get(file)!.slice();
        bytes[bytes.length - 1]! ^= 1;
        response.writeHead(200, { "content-length": bytes.length }).end(bytes);
        return true;
      };
      const error = await page.call("loadError", id, load());
      expect(error).toMatchObject({
        isOurs: true,
        code: "DOWNLOAD_FAILED",
        message: expect.stringContaining("SHA-256"),
      });
      hub.fault = () => false;
      await embed(id, ["a"], load());
    });

    test.each([
      ["a folder that looks like one", "models/minilm", "DOWNLOAD|MODEL_NOT_FOUND", 'give its URL: "./models/minilm"'],
      [
        "the bundled model's name",
        "all-minilm-l6-v2-q8",
        "MODEL_NOT_FOUND",
        "is an npm package, whose files a page cannot find",
      ],
      ["a name without an organisation", "minilm", "MODEL_NOT_FOUND", 'such as "sentence-transformers/minilm"'],
    ])("%s is told what to write instead", async (_, name, code, message) => {
      const error = await page.call<{ code: string; message: string }>("loadError", name, load());
      expect(error.code).toMatch(new RegExp(code));
      expect(error.message).toContain(message);
      expect(error.message).not.toMatch(/npx|HF_|pullModel/);
    });

    test("is not downloaded where that is forbidden", async () => {
      const error = await page.call("loadError", id, load({ offline: true }));
      expect(error).toMatchObject({ code: "MODEL_NOT_FOUND", message: expect.stringContaining("downloads are off") });
      expect(hub.requests).toEqual([]);
      expect(hubCommit).toHaveLength(40);
    });
  });

  test("the nearest vectors are those that Node finds", async () => {
    const dimensions = 48;
    const rows = checkValues(3000 * dimensions, 1);
    const queries = [checkValues(dimensions, 2), checkValues(dimensions, 3), rows.slice(0, dimensions)];
    const plain = queries.map((query) => [...query]);
    const found = await page.call<Neighbour[][]>("nearest", dimensions, [...rows], plain, 20, 17);

    const vectors = await GpuVectors.open({ dimensions, allowSoftwareAdapter: true });
    onTestFinished(() => vectors.close());
    await vectors.write(0, rows);
    await vectors.clear([17]);
    for (const [i, query] of queries.entries()) {
      const expected = await vectors.nearest(query, 20);
      expect(found[i].map(({ slot }) => slot)).toEqual(expected.map(({ slot }) => slot));
      found[i].forEach(({ score }, at) => expect(score).toBeCloseTo(expected[at].score, 5));
    }
    expect(found[2][0].slot).toBe(0);
  });
});
