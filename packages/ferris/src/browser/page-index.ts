/**
 * `PageIndex`: an index in a page and the model it is made with, as one object: what `Ferris` is where there are files.
 *
 * It wires parts that the command line has too (indexing's last stages, the store, search) and holds no logic of theirs.
 */
import { isForEnglish } from "../choosing/catalogue.ts";
import { defaultChunkerSettings } from "../documents/chunk/chunk.ts";
import { documentEmbedder, type EmbeddingModel, identityOf, queryEmbedder } from "../engine.ts";
import { UsageError } from "../errors.ts";
import type { FileOutcome, IndexProgress, IndexReport } from "../indexing/report.ts";
import { runPhases } from "../indexing/phases.ts";
import { IndexRun } from "../indexing/run.ts";
import { KeptNoiseFloor } from "../kept-noise-floor.ts";
import { type DocumentPassage, type LineRange, readAround } from "../search/passage.ts";
import type { SearchAnswer, SearchMode } from "../search/result.ts";
import { search } from "../search/search.ts";
import type { Connection } from "../store/sqlite/database.ts";
import { openDatabase } from "../store/sqlite/open-database.ts";
import type { ModelIdentity, Store, StoredDocument, StoreStatistics } from "../store/store.ts";
import { chooseFiles, inWalkOrder, prepareFiles } from "./intake.ts";
import type { PageFile } from "./page-file.ts";

/** Larger files are told by name. A page has less memory than a process. */
const defaultMaxFileBytes = 64 * 2 ** 20;

export interface PageIndexOptions {
  /** A database that nobody else writes to, empty or an index: see `wasmConnection`. Closed with the index. */
  readonly connection: Connection;
  /** What it is called in messages. */
  readonly name: string;
  /** Called when a model is first needed. Who loaded it closes it. */
  readonly loadModel: () => Promise<EmbeddingModel>;
  /** The model's name in the index: "all-minilm-l6-v2-q8", whatever address its files came from. Defaults to the last part of that. */
  readonly modelName?: string;
}

export interface AddOptions {
  /** Files above this many bytes are reported and left out. Defaults to 64 MiB. */
  readonly maxFileBytes?: number | undefined;
  /** Stops after the transaction in flight; the report says `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** What became of each file, as it is known. */
  readonly onFile?: ((file: FileOutcome) => void) | undefined;
  /** At most some ten times a second. */
  readonly onProgress?: ((progress: IndexProgress) => void) | undefined;
}

/**
 * An index of documents in a page, to fill and to search: `PageIndex.open({ connection: wasmConnection(sqlite3, database), name, loadModel })`,
 * then `add(files)` and `search("a question")`. examples/browser/src/worker is a whole program around it.
 */
export class PageIndex {
  readonly #options: PageIndexOptions;
  readonly #database: ReturnType<typeof openDatabase>;
  #store: Store | null;
  #model: Promise<EmbeddingModel> | null = null;
  readonly #noiseFloor = new KeptNoiseFloor();
  /** The last of the calls that write: one at a time. */
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(options: PageIndexOptions) {
    this.#options = options;
    this.#database = openDatabase(options.connection, options.name);
    this.#store = this.#database.store();
  }

  /** @throws IndexUnusableError where the database is something else */
  static async open(options: PageIndexOptions): Promise<PageIndex> {
    return new PageIndex(options);
  }

  /**
   * Takes files in: new and changed ones are parsed, cut and embedded, those that the index has already are left alone. Calls wait for
   * one another.
   *
   * @throws IndexMismatchError where the index belongs to another model; the engine's errors where no model loads
   */
  async add(files: Iterable<PageFile>, options: AddOptions = {}): Promise<IndexReport> {
    return this.#write(() => this.#add(inWalkOrder(files), options));
  }

  async #add(
    files: readonly PageFile[],
    { maxFileBytes = defaultMaxFileBytes, signal = new AbortController().signal, onFile, onProgress }: AddOptions,
  ): Promise<IndexReport> {
    const model = await this.#loaded();
    const embedder = { ...documentEmbedder(model), identity: this.#identityOf(model) };
    const store = (this.#store ??= this.#database.make(embedder.identity));
    store.requireIdentity(embedder.identity);
    this.#noiseFloor.forget();
    const run = new IndexRun(onProgress, onFile);
    const chosen = await chooseFiles(files, run);
    for (const { size } of chosen) run.found(size);
    run.walkFinished();
    const chunker = defaultChunkerSettings(embedder.maxLength);
    const prepare = (stopped: AbortSignal) =>
      prepareFiles(chosen, { store, embedder, chunker, maxFileBytes, run, signal: stopped });
    return runPhases({ store, embedder, run, signal, prepare });
  }

  /**
   * The passages that fit `query` best, best first; none where nothing is nearer than chance, and then the nearest miss. Mode "text" needs no
   * model.
   *
   * @throws UsageError for an empty query
   */
  async search(
    query: string,
    options: { readonly mode?: SearchMode; readonly limit?: number; readonly signal?: AbortSignal } = {},
  ): Promise<SearchAnswer> {
    const { mode = "hybrid", limit = 10, signal } = options;
    const store = this.#store;
    if (store === null) {
      if (query.trim() === "") throw new UsageError("the query is empty: say what to look for");
      return {
        results: [],
        nearestMiss: null,
        noiseFloor: null,
        vectorMethod: null,
        vectorShare: 1,
        unread: null,
        corrections: [],
        cut: [],
      };
    }
    const model = mode === "text" ? null : await this.#loaded();
    if (model) store.requireIdentity(this.#identityOf(model));
    const embed = model && queryEmbedder(model);
    return search(store, embed, query, {
      limit,
      mode,
      signal,
      isForEnglish: isForEnglish(store.identity.model),
      noiseFloor: embed ? () => this.#noiseFloor.of(store, embed) : undefined,
    });
  }

  /** Reads on from a result: lines of its document, as they were indexed. Null where the chunk is not there any more. */
  async read(chunkId: number, range?: LineRange): Promise<DocumentPassage | null> {
    return this.#store && readAround(this.#store, chunkId, range);
  }

  /** In order of path. */
  async documents(): Promise<StoredDocument[]> {
    return this.#store === null ? [] : this.#store.documents();
  }

  /** What the index holds; null before the first document. */
  async statistics(): Promise<StoreStatistics | null> {
    return this.#store && this.#store.statistics();
  }

  /** Takes documents out: those at or below these paths. Returns how many they were. */
  async remove(paths: readonly string[]): Promise<number> {
    return this.#write(async () => {
      if (this.#store === null) return 0;
      const documents = await this.#store.documents({ under: paths });
      const removed = await this.#store.removeDocuments(documents.map(({ path }) => path));
      await this.#store.clearStaged();
      return removed;
    });
  }

  /** Gives back the space of what was removed. */
  async compact(): Promise<void> {
    await this.#write(async () => this.#store?.compact());
  }

  /** Waits for what is being written, then closes the database. */
  async close(): Promise<void> {
    await this.#write(async () => this.#database.close());
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#writing.then(work);
    this.#writing = result.catch(() => {});
    return result;
  }

  #loaded(): Promise<EmbeddingModel> {
    return (this.#model ??= this.#options.loadModel().catch((error: unknown) => {
      this.#model = null;
      throw error;
    }));
  }

  #identityOf(model: EmbeddingModel): ModelIdentity {
    const identity = identityOf(model.info());
    return { ...identity, model: this.#options.modelName ?? identity.model };
  }
}
