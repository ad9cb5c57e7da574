/**
 * `Ferris`: an index and the model it was made with, as one object. What the commands do, programs do through this class.
 *
 * It wires the parts (store, indexing, search, engine) and holds no logic of theirs. The model is loaded at the first call that
 * needs one, and the index is opened at the first that reads or writes.
 */
import { checkLineRange, checkMode, checkSearch } from "./check-options.ts";
import {
  bundledModel,
  documentEmbedder,
  type EmbeddingModel,
  identityOf,
  isDeviceLoss,
  loadModel,
  type LoadProgress,
  loadReranker,
  type ModelInfo,
  type ModelOptions,
  openGpuVectors,
  preloadEngine,
  queryEmbedder,
  type Reranker,
  textScorer,
  usualReranker,
} from "./engine.ts";
import { IndexNotFoundError, UsageError } from "./errors.ts";
import type { EvaluateOptions, ModeScores } from "./evaluation/evaluate.ts";
import type { Question } from "./evaluation/question-set.ts";
import type { IndexProgress, IndexReport } from "./indexing/report.ts";
import type { Inspection } from "./inspection.ts";
import { GpuArm, type VectorArmStatus } from "./search/gpu-arm.ts";
import { checkFilter } from "./search/filter.ts";
import { type DocumentPassage, type LineRange, readAround, readDocument } from "./search/passage.ts";
import { noiseFloor } from "./search/relevance.ts";
import { type QueryEmbedder, search, type SearchAnswer, type SearchMode } from "./search/search.ts";
import { openIndex, openIndexForWriting } from "./store/index.ts";
import { indexesAt, indexFolder, type NamedIndex } from "./store/places.ts";
import type { DocumentFilter, StoredDocument, StoreReader, StoreStatistics } from "./store/store.ts";

/** Where the index is, and how its model is loaded. */
export interface FerrisOptions {
  /** Folder of the index. Else the nearest `.ferris` above the working folder; where there is none, indexing makes one there. */
  readonly db?: string;
  /** Which of several indexes in that folder, such as one of another model; the one without a name unless given. */
  readonly name?: string | null;
  /** Hugging Face id or folder. Else the index's own model; for a new index the bundled one. */
  readonly model?: string;
  /** "auto" unless given. "gpu" never falls back. */
  readonly device?: "auto" | "gpu" | "cpu";
  /** "auto" unless given. */
  readonly dtype?: "auto" | "f32" | "f16";
  /** Lets a GPU that is emulated on the CPU count as a GPU. */
  readonly allowSoftwareAdapter?: boolean;
  /** Hugging Face id or folder of a cross-encoder, for searches with `rerank`; a small one of MS MARCO unless given. */
  readonly reranker?: string;
  /** Receives what a user should hear once, such as which device "auto" chose; console.error unless given. */
  readonly onNotice?: (message: string) => void;
  /** Called while a model that was named and is not on this machine is downloaded. */
  readonly onDownload?: (progress: LoadProgress) => void;
}

/** Which files are indexed, and how they are cut. */
export interface FerrisIndexOptions {
  /** Globs relative to each path; only matching files are read. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Only documents of these types, such as "markdown"; see docs/documents.md. */
  readonly types?: readonly string[];
  /** A chunk's most tokens; else what the model reads. */
  readonly maxTokens?: number;
  /** Files above this size are left out; 64 MiB unless given. */
  readonly maxFileBytes?: number;
  /** Stops after the transaction in flight; the report then says `interrupted`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IndexProgress) => void;
}

/** How to search, and how much of what was found to give. */
export interface FerrisSearchOptions {
  /** 10 unless given. */
  readonly limit?: number;
  /** "hybrid" unless given. */
  readonly mode?: SearchMode;
  /** Most results from one document; 3 unless given. */
  readonly perDocument?: number;
  readonly filter?: DocumentFilter;
  /** True: the best candidates are read again by the reranker (see FerrisOptions), whose scores then decide the order. */
  readonly rerank?: boolean;
  /** Only passages whose score is at least this: the reranker's with `rerank`, else the cosine, which text mode has not. */
  readonly minScore?: number;
  readonly signal?: AbortSignal;
}

/**
 * An index of documents, to fill and to search.
 *
 * @example
 * import { Ferris } from "ferris";
 *
 * const ferris = await Ferris.open({ db: "notes-index" });
 * await ferris.index(["notes"]);
 * const { results } = await ferris.search("how do I rotate a key", { limit: 3 });
 * for (const { path, startLine, snippet } of results) console.log(`${path}:${startLine}`, snippet.text);
 * await ferris.close();
 */
export class Ferris {
  /** The index's folder, whether it is there yet or not. */
  readonly folder: string;
  readonly #options: FerrisOptions;
  #reader: Promise<StoreReader> | null = null;
  #model: Promise<EmbeddingModel> | null = null;
  #reranker: Promise<Reranker> | null = null;
  #noiseFloor: Promise<number | null> | null = null;
  #gpuArm: GpuArm | null = null;
  #closed = false;

  private constructor(folder: string, options: FerrisOptions) {
    this.folder = folder;
    this.#options = options;
  }

  /**
   * Finds the index. Fast: nothing is loaded, and whether it is sound shows at the first call.
   *
   * @throws UsageError for a name that cannot be an index's
   */
  static async open(options: FerrisOptions = {}): Promise<Ferris> {
    return new Ferris(indexFolder(process.cwd(), options), options);
  }

  /** The indexes that lie together, of `db` or of the nearest `.ferris`: the one without a name first. Opens none. */
  static async list(options: Pick<FerrisOptions, "db"> = {}): Promise<readonly NamedIndex[]> {
    return indexesAt(process.cwd(), options);
  }

  /**
   * Brings the index up to date with files and folders: new and changed documents are read and embedded, those gone from
   * below these paths are removed, the rest is left alone.
   *
   * @throws InputError for a path that is not there; IndexMismatchError where the index belongs to another model; IndexBusyError
   * @example
   * const report = await ferris.index(["docs", "README.md"], { exclude: ["drafts/**"] });
   * console.log(report.added, "new,", report.unchanged, "unchanged");
   */
  async index(paths: readonly string[], options: FerrisIndexOptions = {}): Promise<IndexReport> {
    preloadEngine();
    this.#noiseFloor = null;
    const model = await this.#loadModel(await this.#recordedModel(), options.signal);
    const embedder = documentEmbedder(model);
    const { checkIndexOptions, indexPaths } = await import("./indexing/index-folder.ts");
    const { maxTokens, ...rest } = options;
    const chunker = maxTokens === undefined ? undefined : { maxTokens };
    const wanted = { ...rest, paths, embedder, chunker };
    // Before an index is made: one that nothing could be put into would be found by every command below this folder.
    await checkIndexOptions(wanted);
    const store = await openIndexForWriting(this.folder, { identity: embedder.identity });
    try {
      return await indexPaths({ ...wanted, store });
    } finally {
      await store.close();
    }
  }

  /**
   * The passages that fit `query` best, best first; none where nothing is nearer than chance, and then the nearest miss.
   *
   * @throws UsageError for an empty query, or an option out of its range; IndexNotFoundError; IndexMismatchError
   * @example
   * const { results, nearestMiss } = await ferris.search("what is cu_seqlens", { mode: "vector", limit: 1 });
   */
  async search(query: string, options: FerrisSearchOptions = {}): Promise<SearchAnswer> {
    checkSearch(query, options);
    const { limit = 10, mode = "hybrid", rerank = false, signal } = options;
    if (mode !== "text" || rerank) preloadEngine();
    const reader = await this.#openReader();
    const [model, reranker] = await Promise.all([
      mode === "text" ? null : this.#modelFor(reader, signal),
      rerank ? this.#loadReranker(signal) : null,
    ]);
    const embed = model && queryEmbedder(model);
    return search(reader, embed, query, {
      ...options,
      limit,
      mode,
      scoreTexts: reranker ? textScorer(reranker) : undefined,
      noiseFloor: embed ? () => this.#measureNoise(reader, embed) : undefined,
      vectorArm: model ? this.#gpuArmFor(reader, model)?.search : undefined,
    });
  }

  /**
   * Reads on from a result: lines of its document, as they were indexed. Null where the chunk is not there (any more).
   *
   * @param range lines of the document, from 1; else those of the chunk
   * @example
   * const { results } = await ferris.search("retry policy");
   * for (const { chunkId, startLine } of results) {
   *   const passage = await ferris.read(chunkId, { from: startLine, count: 40 });
   *   console.log(passage?.lines.map(({ text }) => text).join("\n"));
   * }
   */
  async read(chunkId: number, range?: LineRange): Promise<DocumentPassage | null> {
    if (range !== undefined) checkLineRange(range);
    return readAround(await this.#openReader(), chunkId, range);
  }

  /** Lines of an indexed document by its absolute path, as they were indexed. Null where the index does not have it. */
  async readDocument(path: string, range: LineRange): Promise<DocumentPassage | null> {
    checkLineRange(range);
    return readDocument(await this.#openReader(), path, range);
  }

  /** Takes documents out of the index: those at or below these absolute paths. Returns how many they were. */
  async remove(paths: readonly string[]): Promise<number> {
    this.#requireOpen();
    const store = await openIndexForWriting(this.folder, {});
    try {
      const documents = await store.documents({ under: paths });
      const removed = await store.removeDocuments(documents.map((document) => document.path));
      await store.forgetRoots(paths);
      return removed;
    } finally {
      await store.close();
    }
  }

  /** Gives back the space of what was removed. Returns the size of the index in bytes, before and after. */
  async compact(): Promise<{ before: number; after: number }> {
    this.#requireOpen();
    const store = await openIndexForWriting(this.folder, {});
    let before: number;
    try {
      before = (await store.statistics()).bytes;
      await store.compact();
    } finally {
      await store.close();
    }
    return { before, after: (await this.statistics()).bytes };
  }

  /**
   * How a file would be read and cut, with the token counts of the model in use. Writes nothing.
   *
   * @throws InputError for a file that cannot be read, DocumentError for one that cannot be parsed
   */
  async inspect(file: string, { maxTokens }: { maxTokens?: number } = {}): Promise<Inspection> {
    preloadEngine();
    const model = await this.#loadModel(await this.#recordedModel());
    const { inspectFile } = await import("./inspection.ts");
    return inspectFile(file, documentEmbedder(model), maxTokens);
  }

  /**
   * Asks questions whose answers are known, in each mode, and counts how well the index answers them. Relevant documents are
   * named by their absolute paths.
   */
  async evaluate(
    questions: readonly Question[],
    { rerank = false, ...options }: Omit<EvaluateOptions, "documentId" | "scoreTexts"> & { readonly rerank?: boolean },
  ): Promise<ModeScores[]> {
    const { modes, signal } = options;
    modes.forEach(checkMode);
    const { evaluate } = await import("./evaluation/evaluate.ts");
    const reader = await this.#openReader();
    const model = modes.every((mode) => mode === "text") ? null : await this.#modelFor(reader, signal);
    return evaluate(reader, model && queryEmbedder(model), questions, {
      ...options,
      scoreTexts: rerank ? textScorer(await this.#loadReranker(signal)) : undefined,
      documentId: (path) => path,
    });
  }

  /** The documents in the index, in order of path. */
  async documents(options: { under?: readonly string[]; filter?: DocumentFilter } = {}): Promise<StoredDocument[]> {
    checkFilter(options.filter);
    return (await this.#openReader()).documents(options);
  }

  /** What the index holds. */
  async statistics(): Promise<StoreStatistics> {
    return (await this.#openReader()).statistics();
  }

  /** The model in use, or null while none is loaded. */
  async modelInfo(): Promise<ModelInfo | null> {
    this.#requireOpen();
    return this.#model === null ? null : (await this.#model).info();
  }

  /** Who compares vectors in a search: the index itself, or the GPU, which takes over from the second search on. And why. */
  async vectorArm(): Promise<VectorArmStatus> {
    if (this.#gpuArm !== null) return this.#gpuArm.status();
    const info = await this.modelInfo();
    const onCpu = info?.device === "cpu";
    return { arm: "index", reason: onCpu ? "the model runs on the CPU" : "no search has asked a model yet" };
  }

  /** Frees the model and closes the index. Waits for what is running; calls that come later are UsageErrors. */
  async close(): Promise<void> {
    this.#closed = true;
    const [reader, model, reranker, gpuArm] = [this.#reader, this.#model, this.#reranker, this.#gpuArm];
    this.#reader = this.#model = this.#reranker = this.#gpuArm = null;
    // It reads from the index until it is closed.
    await gpuArm?.close();
    await Promise.all([
      reader?.then((open) => open.close()),
      model?.then((loaded) => loaded.close()),
      reranker?.then((loaded) => loaded.close()),
    ]);
  }

  /** An index that was opened again after `close` would be closed by nobody. */
  #requireOpen(): void {
    if (this.#closed) throw new UsageError("this Ferris is closed: open another one with Ferris.open()");
  }

  #openReader(): Promise<StoreReader> {
    this.#requireOpen();
    return (this.#reader ??= openIndex(this.folder).catch((error: unknown) => {
      // So that the next call looks again: an index may have been made meanwhile.
      this.#reader = null;
      throw error;
    }));
  }

  async #modelFor(reader: StoreReader, signal?: AbortSignal): Promise<EmbeddingModel> {
    const model = await this.#loadModel(reader.identity.model, signal);
    reader.requireIdentity(identityOf(model.info()));
    return model;
  }

  /** What the index says it was made with; null where there is no index yet. */
  async #recordedModel(): Promise<string | null> {
    try {
      return (await this.#openReader()).identity.model;
    } catch (error) {
      if (error instanceof IndexNotFoundError) return null;
      throw error;
    }
  }

  /** Measured at the first search and kept: an index that grows meanwhile moves it very little. */
  #measureNoise(reader: StoreReader, embed: QueryEmbedder): Promise<number | null> {
    return (this.#noiseFloor ??= noiseFloor(reader, embed).catch((error: unknown) => {
      this.#noiseFloor = null;
      throw error;
    }));
  }

  /** Where the model runs on a GPU, vectors may as well. */
  #gpuArmFor(reader: StoreReader, model: EmbeddingModel): GpuArm | null {
    if (model.info().device !== "gpu") return null;
    const { allowSoftwareAdapter, onNotice = console.error } = this.#options;
    return (this.#gpuArm ??= new GpuArm(reader, {
      open: () => openGpuVectors(reader.identity.dimensions, { allowSoftwareAdapter }),
      isLoss: isDeviceLoss,
      onNotice,
    }));
  }

  #loadReranker(signal?: AbortSignal): Promise<Reranker> {
    const { reranker = usualReranker, ...options } = this.#options;
    return (this.#reranker ??= loadReranker(reranker, { ...loadOptions(options), signal }).catch((error: unknown) => {
      this.#reranker = null;
      throw error;
    }));
  }

  #loadModel(recorded: string | null, signal?: AbortSignal): Promise<EmbeddingModel> {
    return (this.#model ??= this.#startLoading(recorded, signal).catch((error: unknown) => {
      this.#model = null;
      throw error;
    }));
  }

  async #startLoading(recorded: string | null, signal?: AbortSignal): Promise<EmbeddingModel> {
    const { model } = this.#options;
    const options = { ...loadOptions(this.#options), signal };
    if (model !== undefined) return loadModel(model, options);
    if (recorded === null || recorded === bundledModel) return loadModel(bundledModel, options);
    // An index that was found is untrusted: it may name a model that is here already, not a folder, nor cause a download.
    if (!/^[\w.-]+\/[\w.-]+$/.test(recorded)) {
      throw new UsageError(
        `the index in ${this.folder} was made with a model in a folder named "${recorded}": say where it is with --model FOLDER`,
      );
    }
    return loadModel(recorded, { ...options, offline: true });
  }
}

function loadOptions({ device, dtype, allowSoftwareAdapter, onNotice, onDownload }: FerrisOptions): ModelOptions {
  return { device, dtype, allowSoftwareAdapter, onNotice, onProgress: onDownload };
}
