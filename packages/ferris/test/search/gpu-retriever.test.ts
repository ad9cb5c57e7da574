/** Vectors compared on the GPU: the hits of an exact search in their order, whatever happens to the index or to the GPU meanwhile. */
import { describe, expect, onTestFinished, test } from "vitest";
import { setTimeout as pause } from "node:timers/promises";
import { describeGpu } from "@ferris/testing";
// The device itself, to lose it: ferris has no way to it.
import { openGpu } from "../../../metal-candle/src/gpu/device/context.ts";
import { isDeviceLoss, openGpuVectors } from "../../src/engine.ts";
import { GpuRetriever, type GpuRetrieverOptions } from "../../src/search/retrieve/gpu-retriever.ts";
import { openIndex, openIndexForWriting } from "../../src/store/index.ts";
import type { Store, StoreReader, VectorMethod } from "../../src/store/store.ts";
import { randomFrom } from "../documents/support/random-documents.ts";
import { chunkRecord, documentRecord, identity } from "../store/support/records.ts";
import { folderOf } from "../support/files.ts";

const dimensions = 60;
const random = randomFrom(7);
const topics = Array.from({ length: 20 }, () => Float32Array.from({ length: dimensions }, () => random() - 0.5));

/** A vector of any length around one of the topics; now and then the topic itself, or nothing. */
function topicVector(): Float32Array {
  const topic = topics[Math.floor(random() * topics.length)]!;
  const kind = random();
  if (kind < 0.02) return new Float32Array(dimensions);
  if (kind < 0.1) return topic;
  // Some differ by less than an f16 tells.
  const noise = kind < 0.3 ? 1e-5 : 0.6;
  return topic.map((value) => 3 * value + noise * (random() - 0.5));
}

async function put(store: Store, path: string, count: number, type = "text"): Promise<void> {
  const chunks = Array.from({ length: count }, (_, i) => chunkRecord(`${path} ${i} ${random()}`));
  const vectors = new Map(chunks.map((chunk) => [chunk.hash, topicVector()]));
  await store.putDocuments([{ record: documentRecord(path, { type }), chunks }], vectors);
}

async function writerOf(folder: string): Promise<Store> {
  return openIndexForWriting(folder, { identity: { ...identity, dimensions } });
}

interface Fixture {
  readonly folder: string;
  readonly reader: StoreReader;
  readonly retriever: GpuRetriever;
  readonly notices: string[];
  readonly opened: Awaited<ReturnType<typeof openGpuVectors>>[];
}

async function indexOf(counts: readonly number[], options: Partial<GpuRetrieverOptions> = {}): Promise<Fixture> {
  const folder = folderOf();
  const store = await writerOf(folder);
  for (const [i, count] of counts.entries()) await put(store, `/${i}`, count, i % 2 === 0 ? "text" : "markdown");
  await store.close();
  const reader = await openIndex(folder);
  const notices: string[] = [];
  const opened: Fixture["opened"] = [];
  const retriever = new GpuRetriever(reader, reader.vectorSource!, {
    open: async () => {
      const memory = await openGpuVectors(dimensions, { allowSoftwareAdapter: true });
      opened.push(memory);
      return memory;
    },
    isLoss: isDeviceLoss,
    onNotice: (line) => notices.push(line),
    ...options,
  });
  onTestFinished(async () => {
    await retriever.close();
    await reader.close();
  });
  return { folder, reader, retriever, notices, opened };
}

/** Searches, and says who answered; what comes back must be what the index's own exact search finds. */
async function checkSearch({ retriever, reader }: Fixture, limit = 10, filter?: object): Promise<VectorMethod> {
  let method: VectorMethod = "codes";
  const query = topicVector().map((value) => value + 0.01);
  const hits = await retriever.search(query, { limit, filter, onCompared: (compared) => (method = compared) });
  expect(hits).toEqual(await reader.searchVectors(query, { limit, filter, exact: true }));
  return method;
}

/** Searches until the GPU answers. */
async function untilOnGpu(fixture: Fixture): Promise<void> {
  for (const until = Date.now() + 120_000; Date.now() < until;) {
    if ((await checkSearch(fixture)) === "gpu") return;
    await pause(20);
  }
  throw new Error(`the GPU never answered: ${JSON.stringify(await fixture.retriever.status())}`);
}

describeGpu("vectors of an index on the GPU", () => {
  test("serve from the second search on, with the hits and the order of the exact search", async () => {
    const fixture = await indexOf([900, 1500, 601]);
    expect(await fixture.retriever.status()).toEqual({
      retriever: "index",
      reason: "vectors are copied to the GPU on the second search",
    });
    expect(await checkSearch(fixture)).toBe("all");
    await pause(50);
    expect(fixture.opened.length).toBe(0);
    await untilOnGpu(fixture);
    expect(await fixture.retriever.status()).toMatchObject({
      retriever: "gpu",
      reason: expect.stringContaining("3001 vectors"),
    });
    for (let i = 0; i < 20; i++) expect(await checkSearch(fixture, 1 + 17 * i)).toBe("gpu");
    for (const filter of [{ types: ["markdown"] }, { paths: ["/2"] }, { types: ["nothing"] }, { types: undefined }]) {
      expect(await checkSearch(fixture, 30, filter)).toBe("gpu");
    }
    expect(fixture.notices).toEqual([]);
  });

  test("follow what another process changes, and leave the searching to the index until they have", async () => {
    const fixture = await indexOf([300, 300, 300]);
    await untilOnGpu(fixture);
    const { folder, opened } = fixture;
    const changes: ((store: Store) => Promise<unknown>)[] = [
      (store) => put(store, "/3", 50),
      (store) => store.removeDocuments(["/1"]),
      (store) => put(store, "/0", 250),
      (store) => store.compact(),
      // More than half of what was copied is gone: a new copy is made.
      (store) => store.removeDocuments(["/0", "/2"]),
      (store) => put(store, "/5", 400),
      (store) => store.removeDocuments(["/0", "/2", "/3", "/5"]),
      (store) => put(store, "/6", 20),
    ];
    for (const change of changes) {
      const store = await writerOf(folder);
      await change(store);
      expect(await checkSearch(fixture)).toBe("all");
      await store.close();
      await untilOnGpu(fixture);
      expect(await checkSearch(fixture, 25, { types: ["text"] })).toBe("gpu");
    }
    expect(opened.length).toBeGreaterThan(1);
    expect(fixture.notices).toEqual([]);
  });

  test("follow vectors that come after those of later chunks, without being copied anew", async () => {
    const fixture = await indexOf([300]);
    await untilOnGpu(fixture);
    const store = await writerOf(fixture.folder);
    const late = Array.from({ length: 40 }, (_, i) => ({ ...chunkRecord(`late ${i}`), embeddingText: "late" }));
    await store.putDocuments([{ record: documentRecord("/late"), chunks: late }], new Map());
    await put(store, "/soon", 60);
    await untilOnGpu(fixture);
    const rows = new Float32Array(late.length * dimensions);
    late.forEach((_, row) => rows.set(topicVector(), row * dimensions));
    await store.putVectors(
      late.map(({ hash }) => hash),
      rows,
    );
    expect(await checkSearch(fixture)).toBe("all");
    await store.removeDocuments(["/soon"]);
    await store.close();
    await untilOnGpu(fixture);
    expect(await checkSearch(fixture, 50, { paths: ["/late"] })).toBe("gpu");
    expect(fixture.opened.length).toBe(1);
  });

  test("are copied anew after the GPU was lost, each time", async () => {
    const fixture = await indexOf([500]);
    for (let losses = 0; losses < 3; losses++) {
      await untilOnGpu(fixture);
      const { device } = await openGpu(true);
      device.destroy();
      expect(await checkSearch(fixture)).toBe("all");
    }
    await untilOnGpu(fixture);
    expect(fixture.opened.length).toBe(4);
    expect(fixture.notices).toEqual([]);
  });

  test("are not copied where they are too many, and that is said once", async () => {
    const fixture = await indexOf([200], { mostChunks: 199 });
    for (let i = 0; i < 4; i++) {
      expect(await checkSearch(fixture)).toBe("all");
      await pause(5);
    }
    const reason = "the index has 200 chunks, more than the 199 that are kept on the GPU";
    expect(fixture.notices).toEqual([`ferris: vector search falls back to the index: ${reason}`]);
    expect(await fixture.retriever.status()).toEqual({
      retriever: "index",
      reason: `vector search falls back to the index: ${reason}`,
    });
    expect(fixture.opened.length).toBe(0);
  });

  test("give their memory back, also while they are being copied", async () => {
    const fixture = await indexOf([4000]);
    await checkSearch(fixture);
    await checkSearch(fixture);
    while (fixture.opened.length === 0) await pause(1);
    await fixture.retriever.close();
    expect(fixture.opened[0]!.bytes).toBeLessThan(10_000);
    await expect(fixture.opened[0]!.nearest(topicVector(), 1)).rejects.toThrow("closed");
    expect(await checkSearch(fixture)).toBe("all");
    expect(fixture.notices).toEqual([]);
  });
});

describe("where the GPU fails", () => {
  test.each([
    ["once for good", new Error("no memory."), 1],
    ["by being lost twice", Object.assign(new Error("The GPU was lost."), { code: "DEVICE_LOST" }), 2],
  ])("%s, the index answers and the reason is said", async (_, error, attempts) => {
    let tried = 0;
    const fixture = await indexOf([50], {
      open: () => {
        tried++;
        return Promise.reject(error);
      },
    });
    for (let i = 0; i < 8; i++) {
      expect(await checkSearch(fixture)).toBe("all");
      await pause(2);
    }
    expect(tried).toBe(attempts);
    expect(fixture.notices.length).toBe(1);
    expect(await fixture.retriever.status()).toMatchObject({
      retriever: "index",
      reason: expect.stringContaining(error.message.slice(0, 8)),
    });
  });
});
