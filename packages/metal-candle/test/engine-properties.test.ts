/**
 * What must hold of the engine whatever the input: a text's vector does not depend on its neighbours, memory is flat, calls overlap,
 * aborts are prompt, a lost device is survived, wrong rows are never handed on.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openGpu } from "../src/gpu/device/context.ts";
import { EmbeddingModel, InvalidArgumentError, ModelClosedError, Reranker, type EmbedOptions } from "../src/index.ts";
import { floats, goldenTexts, largestDifference, readGolden, tinyModelFolder, tinyModels } from "./support/goldens.ts";
import { memoryInUse } from "./support/memory.ts";
import { readFileSync } from "node:fs";

const texts = goldenTexts();
/** A software adapter takes a while over each batch: the longest and the shortest, and every third of the others. */
const longest = Math.max(...texts.map((text) => text.length));
const shortest = Math.min(...texts.map((text) => text.length));
const some = texts.filter((text, i) => i % 3 === 0 || text.length === longest || text.length === shortest);
const quiet = { onNotice: (): void => undefined };
const load = (name: string, options: object = {}): Promise<EmbeddingModel> =>
  EmbeddingModel.load(tinyModelFolder(name), { device: "gpu", dtype: "f32", ...quiet, ...options });

describe("a text's vector does not depend on its neighbours (bit for bit)", () => {
  test.each(["bert", "bert-odd", "mpnet", "modernbert", "qwen3"])(
    "tiny/%s: alone, in a batch of 64 others, reversed, with a small token budget",
    async (name) => {
      const model = await load(name);
      const small = await load(name, { tokenBudget: 260 });
      const many = Array.from({ length: 64 }, (_, i) => texts[(i * 7) % texts.length].slice(0, 20 + i));
      const together = await model.embed([...some, ...many]);
      const reversed = await model.embed(some.toReversed());
      const cut = await small.embed(some);
      for (const [index, text] of some.entries()) {
        expect(reversed.at(some.length - 1 - index)).toEqual(together.at(index));
        expect(cut.at(index)).toEqual(together.at(index));
        if (index % 2 !== 0) continue;
        const alone = (await model.embed([text])).at(0);
        expect(together.at(index), text.slice(0, 30)).toEqual(alone);
      }
      await Promise.all([model.close(), small.close()]);
    },
    120_000,
  );
});

describe("calls", () => {
  let model: EmbeddingModel;
  beforeAll(async () => {
    model = await load("bert");
  });
  afterAll(() => model.close());

  test("overlap, share batches, and each gets its own rows", async () => {
    const before = model.stats().batches;
    const expected = await model.embed(texts);
    const calls = await Promise.all(texts.map((text) => model.embed([text])));
    calls.forEach((call, index) => expect(call.at(0)).toEqual(expected.at(index)));
    expect(model.stats().batches - before).toBeLessThan(texts.length / 2);
  });

  test("are of the texts as they were, whatever the caller does to its array meanwhile", async () => {
    const prompt = "query: ";
    const expected = await model.embed(["one", "two", "three"], { prompt });
    const changed = ["one", "two", "three"];
    const call = model.embed(changed, { prompt });
    const other = model.embed(["two"], { prompt });
    changed[1] = undefined as unknown as string;
    changed.length = 2;
    const embeddings = await call;
    expect(embeddings.length).toBe(3);
    expect(embeddings.data).toEqual(expected.data);
    expect((await other).at(0)).toEqual(expected.at(1));
  });

  test("an empty list gives no vectors", async () => {
    const none = await model.embed([]);
    expect([none.length, none.data.length, none.dimensions]).toEqual([0, 0, 64]);
  });

  test("embedStream yields blocks in order, in constant memory", async () => {
    const expected = await model.embed(texts);
    const rows: number[] = [];
    for await (const block of model.embedStream(texts, { blockSize: 7 })) {
      expect(block.length).toBeLessThanOrEqual(7);
      rows.push(...block.data);
    }
    expect(Float32Array.from(rows)).toEqual(expected.data);
  });

  test("embedStream hands on the error of its input", async () => {
    async function* broken(): AsyncGenerator<string> {
      yield "fine";
      throw new Error("the input broke");
    }
    await expect(collect(model.embedStream(broken()))).rejects.toThrow("the input broke");
  });

  test("dimensions cut, as sentence-transformers does; normalize: true makes unit length again", async () => {
    const whole = (await model.embed(["some text"])).at(0).slice(0, 16);
    const cut = await model.embed(["some text"], { dimensions: 16 });
    expect(largestDifference(cut.at(0), whole)).toBeLessThan(1e-6);
    const unit = await model.embed(["some text"], { dimensions: 16, normalize: true });
    const norm = Math.hypot(...whole);
    expect(
      largestDifference(
        unit.at(0),
        whole.map((value) => value / norm),
      ),
    ).toBeLessThan(1e-6);
  });

  test("an abort rejects with the signal's reason, and later calls work", async () => {
    const controller = new AbortController();
    const aborted = model.embed(
      Array.from({ length: 500 }, () => texts[33]),
      { signal: controller.signal },
    );
    setTimeout(() => controller.abort(new Error("changed my mind")), 5);
    await expect(aborted).rejects.toThrow("changed my mind");
    expect((await model.embed(["still here"])).length).toBe(1);
  });

  test.each([
    [{ promptName: "nope" }, 'has no prompt named "nope"; it has "query", "document", "passage"'],
    [{ prompt: "a", promptName: "query" }, "prompt and promptName were both given"],
    [{ dimensions: 65 }, "dimensions is 65; it must be a whole number from 1 to 64"],
    [{ prompt: 5 }, "prompt is the number 5; it must be a string."],
    [{ prompt: null }, "prompt is null; it must be a string."],
    [{ promptName: null }, "promptName is null; it must be a string."],
    [{ normalize: "no" }, 'normalize is the string "no"; it must be true or false.'],
    [{ signal: 5 }, "signal is the number 5; it must be an AbortSignal."],
    [{ onProgress: true }, "onProgress is the boolean true; it must be a function."],
    [null, "The options are null; they must be an object, or left out."],
    ["query", 'The options are the string "query"; they must be an object, or left out.'],
  ])("wrong options %j", async (given, message) => {
    const options = given as EmbedOptions;
    await expect(model.embed(["x"], options)).rejects.toThrow(message);
    await expect(model.embed(["x"], options)).rejects.toThrow(InvalidArgumentError);
  });

  test("countTokens takes what embed takes", () => {
    expect(() => model.countTokens(5 as unknown as string)).toThrow("The text is the number 5; it must be a string.");
    expect(() => model.countTokens("x", { prompt: 5 as unknown as string })).toThrow(InvalidArgumentError);
  });

  test("a text that is not a string", async () => {
    await expect(model.embed(["x", 3 as unknown as string])).rejects.toThrow("Text 1 of 2 is not a string but number.");
    await expect(model.embed({ length: 1 } as unknown as string[])).rejects.toThrow(InvalidArgumentError);
  });
});

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

test("close waits for calls under way, and refuses later ones", async () => {
  const model = await load("bert");
  let embedded = 0;
  const pending = model.embed(texts).then(({ length }) => (embedded = length));
  const closing = model.close();
  // Calling it again is waiting for the same end.
  expect(model.close()).toBe(closing);
  await model.close();
  expect(embedded).toBe(texts.length);
  await Promise.all([closing, pending]);
  await expect(model.embed(["x"])).rejects.toThrow(ModelClosedError);
});

test("close of a reranker waits for its calls, too, however often it is called", async () => {
  const options = { device: "gpu", dtype: "f32", ...quiet } as const;
  const reranker = await Reranker.load(tinyModelFolder("bert-reranker-1"), options);
  let ranked = 0;
  const pending = reranker.rank("a query", texts).then(({ length }) => (ranked = length));
  const closing = reranker.close();
  expect(reranker.close()).toBe(closing);
  await reranker.close();
  expect(ranked).toBe(texts.length);
  await Promise.all([closing, pending]);
  await expect(reranker.rank("a query", ["x"])).rejects.toThrow(ModelClosedError);
});

test("five hundred batches of varied shapes allocate nothing new, and the process stays flat", async () => {
  const model = await load("bert-head64-cls", { tokenBudget: 256 });
  let seed = 1;
  const random = (limit: number): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) % limit;
  const batch = (): string[] => Array.from({ length: 1 + random(3) }, () => "word ".repeat(random(6)));
  const embedBatches = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await model.embed(batch());
  };
  await embedBatches(200);
  const warm = model.stats().gpu!;
  const before = memoryInUse();
  await embedBatches(300);
  const after = model.stats().gpu!;
  const memory = memoryInUse();
  expect(after.batches).toBeGreaterThanOrEqual(500);
  expect([after.gpuBuffers, after.gpuBytes, after.pipelinesCompiled]).toEqual([
    warm.gpuBuffers,
    warm.gpuBytes,
    warm.pipelinesCompiled,
  ]);
  // A kilobyte and a half per batch would be seen.
  expect(memory.live - before.live).toBeLessThan(2 ** 19);
  expect(memory.resident - before.resident).toBeLessThan(16 * 2 ** 20);
  await model.close();
}, 120_000);

test("bytes read back are D × 4 + 12 per text", async () => {
  const model = await load("bert");
  await model.embed(texts);
  const { gpu, texts: count } = model.stats();
  expect(gpu!.bytesReadBack).toBe(count * (64 * 4 + 12));
  await model.close();
});

test("a device lost while batches run is reopened once, and the calls succeed", async () => {
  const model = await load("bert");
  const expected = await model.embed(texts);
  const { device } = await openGpu(true);
  const running = model.embed(texts);
  device.destroy();
  expect((await running).data).toEqual(expected.data);
  expect(model.stats().gpu!.deviceReopened).toBe(1);
  expect((await model.embed(texts)).data).toEqual(expected.data);
  await model.close();
});

const rerankers = tinyModels.filter((name) => name.includes("reranker"));

describe.each(["gpu", "cpu"] as const)("rerankers on the %s", (device) => {
  test.each(rerankers)("tiny/%s", async (name) => {
    const { pairs } = JSON.parse(readFileSync(`${tinyModelFolder(name)}/golden.json`, "utf8")) as {
      pairs: [number, number][];
    };
    const golden = floats(readGolden(`tiny/${name}/golden.safetensors`), "logits");
    const reranker = await Reranker.load(tinyModelFolder(name), { device, dtype: "f32", ...quiet });
    const rankings = await Promise.all(pairs.map(([query, text]) => reranker.rank(texts[query], [texts[text]])));
    const logits = rankings.flatMap(([ranked]) => [...ranked.logits]);
    // Logits are not normalised, so rounding is judged by how large a model's logits are. Those of modernbert-reranker-modules go to 9.7 behind a
    // LayerNorm, and PyTorch's own in f32 are up to 8.3e-6 from its own in f64.
    const scale = golden.reduce((largest, logit) => Math.max(largest, Math.abs(logit)), 1);
    logits.forEach((logit, index) => expect(Math.abs(logit - golden[index]) / scale).toBeLessThan(1e-5));
    await reranker.close();
  });

  test("what is not a query or options is refused", async () => {
    const reranker = await Reranker.load(tinyModelFolder("bert-reranker-1"), { device, dtype: "f32", ...quiet });
    await expect(reranker.rank(5 as unknown as string, ["x"])).rejects.toThrow("The query is the number 5");
    await expect(reranker.rank("a query", ["x"], null as unknown as object)).rejects.toThrow(InvalidArgumentError);
    await reranker.close();
  });

  test("an embedding model is not a reranker, and the other way round", async () => {
    await expect(Reranker.load(tinyModelFolder("bert"), { device })).rejects.toThrow(
      "Load it with EmbeddingModel.load",
    );
    await expect(EmbeddingModel.load(tinyModelFolder("bert-reranker-1"), { device })).rejects.toThrow(
      "Load it with Reranker.load",
    );
  });
});
