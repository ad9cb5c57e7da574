/**
 * What the stages of one indexing run share: its counts, its clock, and the word to the user.
 *
 * Stages call its methods as things happen; it holds no queue and decides nothing.
 */
import { basename } from "#platform/paths";
import { extensionOf } from "../documents/walk/left-out.ts";
import { failureReasons, type SkipReason } from "../skip-reason.ts";
import type { DocumentFailure, FileOutcome, IndexProgress, IndexReport, UnreadType } from "./report.ts";
import type { Work } from "../store/store.ts";
import { StageClock } from "./stage-clock.ts";

/** Progress at most this often, in milliseconds. */
const progressInterval = 100;

/** Speed is taken over about this many seconds: a call to the model may take several. */
const speedSeconds = 20;

/** Reasons that a file's type is behind: people want to know of what they have many. */
const unreadTypes: ReadonlySet<SkipReason> = new Set<SkipReason>(["binary", "unsupported"]);
const mostUnreadTypes = 1_000;

export type Outcome = "added" | "changed" | "unchanged" | "renamed";

export class IndexRun {
  readonly clock = new StageClock();
  readonly #onProgress: ((progress: IndexProgress) => void) | undefined;
  readonly #onFile: ((file: FileOutcome) => void) | undefined;
  readonly #unread = new Map<string, UnreadType & { count: number }>();
  readonly #outcomes: Record<Outcome, number> = { added: 0, changed: 0, unchanged: 0, renamed: 0 };
  readonly #skipped: Partial<Record<SkipReason, number>> = {};
  readonly #failures: DocumentFailure[] = [];
  readonly #warnings: string[] = [];
  #lastProgress = 0;
  #walkFinished = false;
  #files = 0;
  #bytes = 0;
  #filesDone = 0;
  #bytesDone = 0;
  #bytesCut = 0;
  #chunks = 0;
  #chunksReused = 0;
  #chunksEmbedded = 0;
  #chunksWanted = 0;
  #tokensEmbedded = 0;
  #tokensWanted = 0;
  /** Of files of this run: says what those that are left will bring. */
  #tokensWritten = 0;
  #wordsFinished = false;
  #embeddingSince: number | null = null;
  #speedSamples: { seconds: number; tokens: number }[] = [];
  #path: string | null = null;
  removed = 0;

  constructor(onProgress?: (progress: IndexProgress) => void, onFile?: (file: FileOutcome) => void) {
    this.#onProgress = onProgress;
    this.#onFile = onFile;
  }

  /** A file that the walk found. */
  found(bytes: number): void {
    this.#files++;
    this.#bytes += bytes;
    this.#progress();
  }

  walkFinished(): void {
    this.#walkFinished = true;
  }

  /** `bytes` of a file have been looked at. */
  cut(path: string, bytes: number): void {
    this.#path = path;
    this.#bytesCut += bytes;
  }

  /** What an earlier run left for the model. */
  leftOver({ chunks, tokens }: Work): void {
    this.#chunksWanted += chunks;
    this.#tokensWanted += tokens;
  }

  /** What a document brought for the model. */
  wanted(work: Work): void {
    this.leftOver(work);
    this.#tokensWritten += work.tokens;
  }

  /** All documents that there are can be found by their words. */
  wordsFinished(): void {
    this.#wordsFinished = true;
    this.#progress(true);
  }

  embeddingBegins(): void {
    this.#embeddingSince = this.clock.seconds;
  }

  embedded(chunks: number, tokens: number): void {
    this.#chunksEmbedded += chunks;
    this.#tokensEmbedded += tokens;
    const seconds = this.clock.seconds;
    this.#speedSamples.push({ seconds, tokens: this.#tokensEmbedded });
    while (this.#speedSamples.length > 2 && this.#speedSamples[1].seconds < seconds - speedSeconds)
      this.#speedSamples.shift();
    this.#progress();
  }

  /** A document is in the index, or was there already. */
  done(path: string, outcome: Outcome, bytes: number, chunks = 0, reused = 0): void {
    this.#onFile?.({ path, outcome, message: null });
    this.#outcomes[outcome]++;
    this.#chunks += chunks;
    this.#chunksReused += reused;
    this.#finish(bytes);
  }

  /** A file or folder that is left out. `bytes` is set for one that the walk had found. */
  skip(reason: SkipReason, path: string, message?: string, bytes?: number): void {
    this.#skipped[reason] = (this.#skipped[reason] ?? 0) + 1;
    this.#onFile?.({ path, outcome: reason, message: message ?? null });
    // A picture with a message was looked at: it has no words.
    const isUnread = unreadTypes.has(reason) || (reason === "picture" && message === undefined);
    if (isUnread) this.#countUnread(reason, path);
    if (failureReasons.has(reason)) this.#failures.push({ path, reason, message: message ?? reason });
    if (bytes !== undefined) this.#finish(bytes);
  }

  /** Documents that left the index. */
  gone(paths: readonly string[]): void {
    this.removed = paths.length;
    for (const path of paths) this.#onFile?.({ path, outcome: "removed", message: null });
  }

  #countUnread(reason: SkipReason, path: string): void {
    const extension = extensionOf(basename(path));
    const key = `${reason} ${extension}`;
    const known = this.#unread.get(key);
    if (known) known.count++;
    else if (this.#unread.size < mostUnreadTypes) this.#unread.set(key, { reason, extension, count: 1 });
  }

  warn(line: string): void {
    this.#warnings.push(line);
  }

  report(interrupted: boolean, chunksWithoutVectors: number): IndexReport {
    this.#progress(true);
    return {
      ...this.#outcomes,
      removed: this.removed,
      skipped: this.#skipped,
      unread: [...this.#unread.values()].sort((a, b) => b.count - a.count),
      failures: this.#failures,
      warnings: this.#warnings,
      chunks: this.#chunks,
      chunksEmbedded: this.#chunksEmbedded,
      chunksReused: this.#chunksReused,
      chunksWithoutVectors,
      tokensEmbedded: this.#tokensEmbedded,
      seconds: this.clock.seconds,
      stages: this.clock.times(),
      interrupted,
    };
  }

  #finish(bytes: number): void {
    this.#filesDone++;
    this.#bytesDone += bytes;
    this.#progress();
  }

  #progress(now = false): void {
    const time = performance.now();
    if (!this.#onProgress || (!now && time - this.#lastProgress < progressInterval)) return;
    this.#lastProgress = time;
    const speed = this.#tokensPerSecond();
    this.#onProgress({
      walkFinished: this.#walkFinished,
      files: this.#files,
      bytes: this.#bytes,
      filesDone: this.#filesDone,
      bytesDone: this.#bytesDone,
      wordsFinished: this.#wordsFinished,
      chunksToEmbed: this.#chunksWanted,
      chunksEmbedded: this.#chunksEmbedded,
      tokensEmbedded: this.#tokensEmbedded,
      tokensPerSecond: speed,
      secondsLeft: this.#secondsLeft(speed),
      seconds: this.clock.seconds,
      path: this.#path,
    });
  }

  #tokensPerSecond(): number {
    const [first] = this.#speedSamples;
    if (!first) return 0;
    // The first sample ends the first call to the model: what came before it has no beginning to measure from.
    const last = this.#speedSamples[this.#speedSamples.length - 1];
    if (last === first) return first.tokens / (first.seconds - (this.#embeddingSince ?? 0));
    return (last.tokens - first.tokens) / (last.seconds - first.seconds);
  }

  /** Of vectors where the model is at work: tokens that are left and, for files not cut yet, as many per byte as so far. Else of words. */
  #secondsLeft(speed: number): number | null {
    if (!this.#walkFinished || this.clock.seconds < 1) return null;
    const bytesLeft = this.#bytes - this.#bytesCut;
    if (speed > 0) {
      const perByte = this.#bytesCut > 0 ? this.#tokensWritten / this.#bytesCut : 0;
      return Math.max(0, this.#tokensWanted - this.#tokensEmbedded + perByte * bytesLeft) / speed;
    }
    if (this.#wordsFinished || this.#bytesDone === 0) return null;
    return ((this.#bytes - this.#bytesDone) / this.#bytesDone) * this.clock.seconds;
  }
}
