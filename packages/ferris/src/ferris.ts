/**
 * `Ferris`: an index and the model it was made with, as one object. What the commands do, programs do through this class.
 *
 * It wires the parts and holds no logic of theirs. Model and index are opened at the first call that needs them.
 */
import { Lifecycle } from "metal-candle/lifecycle";
import type { Answer, AskOptions } from "./answer/ask.ts";
import { checkLineRange, checkMode, checkPaths, checkRelated, checkSearch } from "./check-options.ts";
import {
  documentEmbedder,
  type EmbeddingModel,
  identityOf,
  type ModelInfo,
  preloadEngine,
  queryEmbedder,
  textScorer,
} from "./engine.ts";
import { isForEnglish } from "./choosing/catalogue.ts";
import { type Reading, readingOf } from "./choosing/reading.ts";
import { CurrentReader } from "./current-reader.ts";
import type { OcrSetting } from "./documents/ocr/languages.ts";
import { UsageError } from "./errors.ts";
import { type Freshness, freshnessOf, markedAnswer, markedPassage, withStaleness } from "./freshness.ts";
import type { ModeScores } from "./evaluation/evaluate.ts";
import type { Question } from "./evaluation/question-set.ts";
import type { IndexReport } from "./indexing/report.ts";
import type { Inspection } from "./inspection.ts";
import { KeptNoiseFloor } from "./kept-noise-floor.ts";
import type { CorpusMap, MapOptions } from "./map/corpus-map.ts";
import { Models } from "./models/models.ts";
import type {
  FerrisEvaluateOptions,
  FerrisIndexOptions,
  FerrisOptions,
  FerrisRelatedOptions,
  FerrisSearchOptions,
  FerrisWatchOptions,
} from "./options.ts";
import { IndexQueue } from "./queue/index-queue.ts";
import { checkFilter } from "./search/filter.ts";
import { inOrder } from "./search/order.ts";
import { type DocumentPassage, type LineRange, readAround, readDocument } from "./search/passage.ts";
import { type RelatedAnswer, type RelatedPlace, relatedTo } from "./search/related.ts";
import type { SearchAnswer } from "./search/result.ts";
import type { VectorRetrieverStatus } from "./search/retrieve/gpu-retriever.ts";
import { search } from "./search/search.ts";
import { inStoredSpelling } from "./stored-spelling.ts";
import { openIndexForWriting, type Place } from "./store/index.ts";
import { indexesAt, type NamedIndex, placeOf, shownPlace } from "./store/places.ts";
import type { DocumentFilter, StoredDocument, StoreReader, StoreStatistics } from "./store/store.ts";
import { compactIndex, removeBelow } from "./upkeep.ts";
import { VectorRetrievers } from "./vector-retrievers.ts";

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
  /** The index's folder, whether it is there yet or not; of one on a server, where that is and what it is called there, for messages. */
  readonly folder: string;
  /** The same, where the index is in a folder; null for one on a server. */
  readonly ownFolder: string | null;
  /** The queue of an index on a server: documents for workers on any number of machines. */
  readonly queue: IndexQueue;
  readonly #place: Place;
  readonly #reader: CurrentReader;
  readonly #models: Models;
  readonly #noiseFloor = new KeptNoiseFloor();
  readonly #retrievers: VectorRetrievers;
  readonly #onNotice: (line: string) => void;
  /** An index that was opened again after `close` would be closed by nobody. */
  readonly #life = new Lifecycle(() => new UsageError("this Ferris is closed: open another one with Ferris.open()"));

  private constructor(place: Place, options: FerrisOptions) {
    this.#place = place;
    this.ownFolder = typeof place === "string" ? place : null;
    this.folder = typeof place === "string" ? place : shownPlace(place);
    this.#onNotice = options.onNotice ?? console.warn;
    this.#reader = new CurrentReader(place, () => this.#forget(), this.#onNotice);
    this.#models = new Models(this.folder, options);
    const model = async (signal?: AbortSignal) => this.#models.load(await this.#reader.recordedModel(), signal);
    this.queue = new IndexQueue({ place, onNotice: this.#onNotice, life: this.#life, model });
    this.#retrievers = new VectorRetrievers(options);
  }

  /**
   * Finds the index. Fast: nothing is loaded, and whether it is sound shows at the first call.
   *
   * @throws UsageError for a name that cannot be an index's, or a store's URL that is invalid
   */
  static async open(options: FerrisOptions = {}): Promise<Ferris> {
    return new Ferris(placeOf(options), options);
  }

  /** The indexes that lie together, of `db` or of the nearest `.ferris`, or in `store`: the one without a name first. Opens none. */
  static async list({ db, store }: Pick<FerrisOptions, "db" | "store"> = {}): Promise<readonly NamedIndex[]> {
    if (store === undefined) return indexesAt(process.cwd(), db === undefined ? {} : { db });
    const { indexesIn } = await import("./store/postgres/open.ts");
    return (await indexesIn(store)).map((name) => ({ name, folder: shownPlace({ store, name }) }));
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
    return this.#life.run(() => this.#index(paths, options));
  }

  async #index(paths: readonly string[], options: FerrisIndexOptions): Promise<IndexReport> {
    checkPaths(paths);
    preloadEngine();
    this.#noiseFloor.forget();
    const model = await this.#models.load(await this.#reader.recordedModel(), options.signal);
    const embedder = documentEmbedder(model);
    const { checkIndexOptions, indexPaths } = await import("./indexing/index-folder.ts");
    const { maxTokens, ...rest } = options;
    const chunker = maxTokens === undefined ? undefined : { maxTokens };
    const wanted = { ...rest, paths, embedder, chunker };
    // Before an index is made: one that nothing could be put into would be found by every command below this folder.
    await checkIndexOptions(wanted);
    const store = await openIndexForWriting(this.#place, { identity: embedder.identity, onNotice: this.#onNotice });
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
    return this.#life.run(() => this.#search(query, options));
  }

  async #search(query: string, options: FerrisSearchOptions): Promise<SearchAnswer> {
    checkSearch(query, options);
    const { limit = 10, mode = "hybrid", rerank = false, signal } = options;
    if (mode !== "text" || rerank) preloadEngine();
    const reader = await this.#reader.get();
    const [model, reranker] = await Promise.all([
      mode === "text" ? null : this.#modelFor(reader, signal),
      rerank ? this.#models.reranker(options.reranker, signal) : null,
    ]);
    const embed = model && queryEmbedder(model);
    const answer = await search(reader, embed, query, {
      ...options,
      limit,
      mode,
      scoreTexts: reranker ? textScorer(reranker) : undefined,
      isForEnglish: isForEnglish(reader.identity.model),
      noiseFloor: embed ? () => this.#noiseFloor.of(reader, embed) : undefined,
      vectorRetriever: model ? this.#retrievers.of(reader, model)?.search : undefined,
    });
    return inOrder(await markedAnswer(reader, answer), options.sort);
  }

  /**
   * What else in the index is near a document, one of its lines or a chunk, by the stored vectors: no model is loaded. Null where the index does
   * not have it.
   *
   * @throws UsageError for a line after the document's last, or an option out of its range; IndexNotFoundError
   * @example
   * const [found] = (await ferris.search("rotate keys")).results;
   * const near = found && (await ferris.related({ path: found.path }, { limit: 3 }));
   * for (const { path, startLine, score } of near?.results ?? []) console.log(`${path}:${startLine}`, score.toFixed(2));
   */
  async related(place: RelatedPlace, options: FerrisRelatedOptions = {}): Promise<RelatedAnswer | null> {
    return this.#life.run(async () => {
      checkRelated(place, options);
      const reader = await this.#reader.get();
      const [path] = "path" in place ? await inStoredSpelling(reader, [place.path]) : [];
      const spelled = path === undefined ? place : { ...place, path };
      const answer = await relatedTo(reader, spelled, { limit: 10, ...options });
      return answer && { ...answer, results: await withStaleness(reader, answer.results) };
    });
  }

  /**
   * Asks a language model to answer a question from what the documents say, with citations. Which model: `endpoint`, else one that runs on
   * this machine; where there is none, the passages are all there is.
   *
   * @throws UsageError if the endpoint's URL is invalid; AnswerError when the model cannot be reached or breaks off; what search throws
   * @example
   * const { answer, passages } = await ferris.ask("how do I rotate a key");
   * console.log(answer ?? passages.map(({ path }) => path));
   */
  async ask(question: string, options: AskOptions = {}): Promise<Answer> {
    return this.#life.run(async () => {
      const { ask } = await import("./answer/ask.ts");
      // Not by the public method: a close() that waits for this call would refuse it.
      return ask({ search: (query, given = {}) => this.#search(query, given) }, question, options);
    });
  }

  /**
   * Keeps the index up to date: indexes at once, and again whenever something below these paths has changed and then been quiet for a moment,
   * until `signal`. Changes of the index itself do not count.
   *
   * @throws InputError when the system has no more watches to give; what index throws, unless `onError` takes it; UsageError after close()
   * @example
   * await ferris.watch(["notes"], { signal: AbortSignal.timeout(1500), onReport: ({ added }) => console.log(added, "new") });
   */
  async watch(paths: readonly string[], options: FerrisWatchOptions): Promise<void> {
    const { onReport, onError, ...indexOptions } = options;
    const { orLater, watch } = await import("./watching/watch.ts");
    const told = (error: unknown): void => {
      if (options.signal.aborted) return;
      if (onError === undefined || this.#life.closed) throw error;
      onError(error);
    };
    const bringUpToDate = (news: AbortSignal): Promise<number | undefined> =>
      orLater(async () => {
        const report = await this.index(paths, { ...indexOptions, embedUntil: news });
        onReport?.(report);
      }, told);
    const ignoredFolders = this.ownFolder === null ? [] : [this.ownFolder];
    await watch(paths, bringUpToDate, { signal: options.signal, ignoredFolders });
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
    return this.#life.run(async () => {
      if (range !== undefined) checkLineRange(range);
      const reader = await this.#reader.get();
      return markedPassage(reader, await readAround(reader, chunkId, range));
    });
  }

  /** Lines of an indexed document by its absolute path, as they were indexed. Null where the index does not have it. */
  async readDocument(path: string, range: LineRange): Promise<DocumentPassage | null> {
    return this.#life.run(async () => {
      checkLineRange(range);
      const reader = await this.#reader.get();
      const [spelled] = await inStoredSpelling(reader, [path]);
      return markedPassage(reader, await readDocument(reader, spelled!, range));
    });
  }

  /** Takes documents out of the index: those at or below these absolute paths. Returns how many they were. */
  async remove(paths: readonly string[]): Promise<number> {
    return this.#life.run(() => removeBelow(this.#place, paths));
  }

  /** Gives back the space of what was removed. Returns the size of the index in bytes, before and after. */
  async compact(): Promise<{ before: number; after: number }> {
    return this.#life.run(async () => {
      const before = await compactIndex(this.#place);
      return { before, after: (await (await this.#reader.get()).statistics()).bytes };
    });
  }

  /** How a file would be read and cut, with the model's token counts; writes nothing. @throws InputError, DocumentError: it cannot be read, or parsed */
  async inspect(
    file: string,
    options: { readonly maxTokens?: number | undefined; readonly ocr?: OcrSetting | undefined } = {},
  ): Promise<Inspection> {
    return this.#life.run(async () => {
      preloadEngine();
      const model = await this.#models.load(await this.#reader.recordedModel());
      const { inspectFile } = await import("./inspection.ts");
      return inspectFile(file, documentEmbedder(model), options);
    });
  }

  /**
   * Asks questions whose answers are known, in each mode, and counts how well the index answers them. Relevant documents are
   * named by their absolute paths.
   */
  async evaluate(
    questions: readonly Question[],
    { rerank = false, ...options }: FerrisEvaluateOptions,
  ): Promise<ModeScores[]> {
    return this.#life.run(async () => {
      const { modes, signal } = options;
      modes.forEach(checkMode);
      const { evaluate } = await import("./evaluation/evaluate.ts");
      const reader = await this.#reader.get();
      const model = modes.every((mode) => mode === "text") ? null : await this.#modelFor(reader, signal);
      return evaluate(reader, model && queryEmbedder(model), questions, {
        ...options,
        scoreTexts: rerank ? textScorer(await this.#models.reranker(undefined, signal)) : undefined,
        documentId: (path) => path,
      });
    });
  }

  /** The documents in the index, in order of path. */
  async documents(
    options: { readonly under?: readonly string[] | undefined; readonly filter?: DocumentFilter | undefined } = {},
  ): Promise<StoredDocument[]> {
    return this.#life.run(async () => {
      checkFilter(options.filter);
      const reader = await this.#reader.get();
      const under = options.under && (await inStoredSpelling(reader, options.under));
      return reader.documents({ ...options, under });
    });
  }

  /** The document at an absolute path, spelled as the index has it; null where the index does not have it. */
  async document(path: string): Promise<StoredDocument | null> {
    return this.#life.run(async () => (await this.#reader.get()).document(path));
  }

  /** What the index holds. */
  async statistics(): Promise<StoreStatistics> {
    return this.#life.run(async () => (await this.#reader.get()).statistics());
  }

  /** How many documents' files have changed or gone since they were indexed, by their size and time. */
  async freshness(): Promise<Freshness> {
    return this.#life.run(async () => freshnessOf(await this.#reader.get()));
  }

  /** Whether the model can read what is indexed with it, judged by a sample. */
  async reading(): Promise<Reading> {
    return this.#life.run(async () => readingOf(await this.#reader.get()));
  }

  /**
   * A picture of all passages in which those lie near each other that mean something alike, with clusters and their names: drawn once, kept beside
   * the index, and the same for the same index. 100,000 passages take a minute or two of one core.
   *
   * @throws IndexNotFoundError; the signal's reason
   * @example
   * const map = await ferris.map({ onProgress: ({ stage, part }) => console.log(stage, part) });
   * for (const { words, size } of map?.levels[0]?.clusters ?? []) console.log(words.join(" "), size);
   */
  async map(options: MapOptions = {}): Promise<CorpusMap | null> {
    return this.#life.run(async () => {
      const { mapOf } = await import("./map/index-map.ts");
      return mapOf(await this.#reader.get(), this.ownFolder, options);
    });
  }

  /** The model in use, or null while none is loaded. */
  async modelInfo(): Promise<ModelInfo | null> {
    return this.#life.run(async () => (await this.#models.loaded)?.info() ?? null);
  }

  /** Who compares vectors in a search: the index itself, or the GPU, which takes over from the second search on. And why. */
  async vectorRetriever(): Promise<VectorRetrieverStatus> {
    return this.#retrievers.status(() => this.modelInfo());
  }

  /**
   * Waits for the calls that are under way, then frees the model and closes the index; calls that come later are UsageErrors. To end a
   * long call sooner, abort its signal. Calling it again gives the same promise.
   */
  close(): Promise<void> {
    return this.#life.close(async () => {
      await this.#retrievers.close();
      await Promise.all([this.#reader.close(), this.#models.close()]);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Another index is in the folder now. */
  #forget(): void {
    this.#noiseFloor.forget();
    this.#retrievers.forget();
  }

  async #modelFor(reader: StoreReader, signal?: AbortSignal): Promise<EmbeddingModel> {
    const model = await this.#models.load(reader.identity.model, signal);
    reader.requireIdentity(identityOf(model.info()));
    return model;
  }
}
