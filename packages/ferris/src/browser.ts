/**
 * `ferris/browser`: an index in a page, by the same parsers, chunks, store and search as the command line. Nothing of Node is behind it.
 *
 * To be used in a worker: SQLite and parsers hold up the thread that they run in. docs/architecture.md says what a page brings along.
 */
export { type PdfjsSource, usePdfjs } from "./platform/pdfjs.browser.ts";
export { type AddOptions, PageIndex, type PageIndexOptions } from "./browser/page-index.ts";
export { readableTypes } from "./browser/readable-types.ts";
export type { PageFile } from "./browser/page-file.ts";
export { type SqliteWasm, wasmConnection } from "./browser/sqlite-wasm.ts";
export { FerrisError } from "./errors.ts";
export type { DocumentFailure, FileOutcome, IndexProgress, IndexReport, UnreadType } from "./indexing/report.ts";
export type { DocumentPassage, LineRange } from "./search/passage.ts";
export type { SearchAnswer, SearchMode, SearchResult } from "./search/result.ts";
export type { StoredDocument, StoreStatistics } from "./store/store.ts";
