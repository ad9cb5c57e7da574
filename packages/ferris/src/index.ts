/**
 * ferris as a library: search your own documents, by meaning and by words.
 *
 * The entry point, and nothing else in it.
 */
export { bundledModel } from "./engine.ts";
export type { LoadProgress, ModelInfo } from "./engine.ts";
export { Ferris } from "./ferris.ts";
export type {
  FerrisIndexOptions,
  FerrisOptions,
  FerrisRelatedOptions,
  FerrisSearchOptions,
  FerrisWatchOptions,
} from "./options.ts";
export type { Answer, AskOptions } from "./answer/ask.ts";
export type { EndpointSettings } from "./answer/endpoint.ts";
export { searchIndexes } from "./several-indexes.ts";
export type { IndexAnswer, NamedFerris, SeveralAnswers } from "./several-indexes.ts";
export * from "./errors.ts";
export type { Freshness } from "./freshness.ts";
export type { Reading } from "./choosing/reading.ts";
export type { Staleness } from "./staleness.ts";
export type { SkipReason } from "./skip-reason.ts";
export type {
  DocumentFailure,
  FileOutcome,
  IndexProgress,
  IndexReport,
  Stage,
  StageTime,
  UnreadType,
} from "./indexing/report.ts";
export type { EvaluateOptions, ModeScores } from "./evaluation/evaluate.ts";
export type { Question } from "./evaluation/question-set.ts";
export type { Inspection } from "./inspection.ts";
export type { CorpusMap, MapDocument, MapLevel, MapOptions, MapProgress, NamedCluster } from "./map/corpus-map.ts";
export type { MapStage } from "./map/point-cloud.ts";
export type { OcrSetting } from "./documents/ocr/languages.ts";
export type { Chunk, ParsedDocument } from "./documents/document.ts";
export type { PassageLine } from "./search/lines.ts";
export type { DocumentPassage, LineRange } from "./search/passage.ts";
export type { SortOrder } from "./search/order.ts";
export type { RelatedAnswer, RelatedPlace } from "./search/related.ts";
export type { Evidence, SearchAnswer, SearchMode, SearchResult } from "./search/result.ts";
export type { VectorRetrieverStatus } from "./search/retrieve/gpu-retriever.ts";
export type { Snippet } from "./search/snippet.ts";
export type { Range } from "./search/query/matcher.ts";
export type { NamedIndex } from "./store/places.ts";
export type {
  DocumentFilter,
  LineBasis,
  ModelIdentity,
  StoredDocument,
  StoreStatistics,
  VectorMethod,
} from "./store/store.ts";
