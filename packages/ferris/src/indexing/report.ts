/**
 * What a run of indexing tells: the numbers at its end, and the same numbers while it runs.
 *
 * Types only. The command line turns them into a progress line, stage lines and an exit code.
 */
import type { SkipReason } from "../skip-reason.ts";

export type { SkipReason };

export type Stage = "walk" | "parse" | "chunk" | "tokenize" | "embed" | "write";

/** How long a stage worked, and which share of the run that is. Stages overlap, so shares may add up to more than 1. */
export interface StageTime {
  readonly seconds: number;
  readonly busy: number;
}

/** One file that could not be indexed though it should have been. */
export interface DocumentFailure {
  readonly path: string;
  readonly reason: SkipReason;
  /** One line: what, where, limit, what to do. */
  readonly message: string;
}

/** What became of one file: indexed, found as it was, left out for a reason, or gone from the index. */
export interface FileOutcome {
  readonly path: string;
  readonly outcome: "added" | "changed" | "unchanged" | "renamed" | "removed" | SkipReason;
  /** More, where there is more to say. */
  readonly message: string | null;
}

/** Files of one type that are not read, because ferris has no way to read them. */
export interface UnreadType {
  readonly reason: SkipReason;
  /** In lower case without the dot; empty where there is none. */
  readonly extension: string;
  readonly count: number;
}

export interface IndexProgress {
  /** False while folders are still being read, so that totals still grow. */
  readonly walkFinished: boolean;
  /** Files that passed the filters so far, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Files and bytes among those that are done: found by their words, unchanged, renamed, or skipped after a look inside. */
  readonly filesDone: number;
  readonly bytesDone: number;
  /** Whether all of them are done: what is left is for the model. */
  readonly wordsFinished: boolean;
  /** Chunks that the model has to read, each text once, as far as is known: what earlier runs left is among them. */
  readonly chunksToEmbed: number;
  /** Chunks and tokens that went through the model so far. */
  readonly chunksEmbedded: number;
  readonly tokensEmbedded: number;
  /** Tokens a second through the model, over the last seconds. */
  readonly tokensPerSecond: number;
  /** Of the vectors while the model is at work, else of the words; null until there is something to go by. */
  readonly secondsLeft: number | null;
  readonly seconds: number;
  /** The file that was worked on last. */
  readonly path: string | null;
}

export interface IndexReport {
  /** Documents by what happened to them. */
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly renamed: number;
  readonly removed: number;
  /** Files left out, by reason. */
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  /** What is "binary" or "unsupported" among them, by type, the commonest first. */
  readonly unread: readonly UnreadType[];
  /** Files that should have been indexed and were not: the exit code says so. */
  readonly failures: readonly DocumentFailure[];
  /** Lines a user should see, such as a scanned page of a PDF. */
  readonly warnings: readonly string[];
  readonly chunks: number;
  readonly chunksEmbedded: number;
  /** Chunks whose vector was there already: in the index, or from the same text elsewhere in this run. */
  readonly chunksReused: number;
  /** Chunks of documents that are found by their words alone, because the run was stopped: a further run goes on. */
  readonly chunksWithoutVectors: number;
  readonly tokensEmbedded: number;
  readonly seconds: number;
  readonly stages: Readonly<Record<Stage, StageTime>>;
  /** True when the signal stopped the run: the index is whole, a further run goes on. */
  readonly interrupted: boolean;
}
