/**
 * The worker that owns the index: SQLite, parsers and the model. Requests in, answers and events out (protocol.ts).
 *
 * It is started when this tab has the index for itself, and ended when another tab takes it.
 */
import type { Database, Sqlite3Static } from "@sqlite.org/sqlite-wasm";
import { PageIndex, type SqliteWasm, wasmConnection } from "ferris/browser";
import type { EmbeddingModel } from "metal-candle";
import type { CallName, Calls, Message, Request } from "../protocol.ts";
import { loadEngine, modelName } from "./engine.ts";
import { offerPdfjs } from "./pdfjs.ts";
import { takeIn } from "./take-in.ts";
import { loadSqlite } from "./sqlite.ts";
import { openStorage, type Storage } from "./storage.ts";

interface Open {
  readonly sqlite3: Sqlite3Static;
  readonly storage: Storage;
  index: PageIndex;
  database: Database;
}

let site = "";
let device: "gpu" | "cpu" | null = null;
let opened: Open | null = null;
let engine: Promise<EmbeddingModel> | null = null;
let isReady = false;
/** Documents are being taken in: the model is busy with them for a while. */
let adding = 0;
let stop = new AbortController();

function tell(message: Message): void {
  postMessage(message);
}

function loadModel(): Promise<EmbeddingModel> {
  return (engine ??= loadEngine(site, device).then(
    ({ model, info }) => {
      isReady = true;
      tell({ event: "engine", engine: info });
      return model;
    },
    (error: unknown) => {
      engine = null;
      tell({ event: "engine failed", message: error instanceof Error ? error.message : String(error) });
      throw error;
    },
  ));
}

async function openIndex(sqlite3: Sqlite3Static, storage: Storage): Promise<Pick<Open, "index" | "database">> {
  const database = await storage.open();
  const index = await PageIndex.open({
    connection: wasmConnection(sqlite3 as unknown as SqliteWasm, database),
    name: "the index of this page",
    loadModel,
    modelName,
  });
  return { index, database };
}

function required(): Open {
  if (opened === null) throw new Error("the index is not open");
  return opened;
}

const answers: { [Name in CallName]: (given: Calls[Name]["given"]) => Promise<Calls[Name]["answer"]> } = {
  async open(given) {
    ({ site, device } = given);
    offerPdfjs(site);
    const sqlite3 = await loadSqlite();
    const storage = await openStorage(sqlite3);
    opened = { sqlite3, storage, ...(await openIndex(sqlite3, storage)) };
    // Its failure is told as an event, and again to whoever needs the model.
    loadModel().catch(() => {});
    return { storage: storage.kind, notice: storage.notice };
  },
  async add({ files }) {
    const { index, storage, database } = required();
    stop = new AbortController();
    adding++;
    try {
      const report = await takeIn(index, files, stop.signal, tell);
      await storage.save(database);
      return report;
    } finally {
      adding--;
    }
  },
  async stop() {
    stop.abort();
    return null;
  },
  async search({ query, limit }) {
    const { index } = required();
    if (query.trim() === "") return null;
    // By words until the model is there, and has nothing else to do: nobody waits for it.
    const mode = isReady && adding === 0 ? "hybrid" : "text";
    return { found: await index.search(query, { mode, limit }), mode };
  },
  read: ({ chunkId, range }) => required().index.read(chunkId, range),
  async contents() {
    const { index } = required();
    const [documents, statistics] = [await index.documents(), await index.statistics()];
    return { documents, chunks: statistics?.chunks ?? 0, bytes: statistics?.bytes ?? 0 };
  },
  async remove({ paths }) {
    const { index, storage, database } = required();
    const removed = await index.remove(paths);
    await index.compact();
    await storage.save(database);
    return removed;
  },
  async forget() {
    const { index, sqlite3, storage } = required();
    stop.abort();
    await index.close();
    await storage.clear();
    opened = { sqlite3, storage, ...(await openIndex(sqlite3, storage)) };
    return null;
  },
  async save() {
    const { storage, database } = required();
    return storage.copy(database);
  },
  async embed({ texts }) {
    const model = await loadModel();
    return [...(await model.embed(texts))].map((vector) => vector.slice());
  },
  async close() {
    stop.abort();
    await required().index.close();
    await (await engine?.catch(() => null))?.close();
    return null;
  },
};

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  void answer(data);
});

async function answer({ number, name, given }: Request): Promise<void> {
  try {
    tell({ number, answer: await answers[name](given as never) });
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const failure = { code: typeof code === "string" ? code : null, message: String(message ?? error) };
    tell({ number, failure });
  }
}
