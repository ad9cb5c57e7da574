/**
 * What a run of indexing did, for people: documents, what was left out and why, chunks and speed, and where the time went.
 */
import type { ModelInfo } from "../../engine.ts";
import type { IndexProgress, IndexReport, Stage } from "../../indexing/report.ts";
import type { ProgressState } from "../terminal/progress.ts";
import { unreadLines } from "./unread-types.ts";
import { table } from "../terminal/table.ts";
import { compact, duration, grouped, plural } from "../terminal/text.ts";

const stages: readonly Stage[] = ["walk", "parse", "chunk", "tokenize", "embed", "write"];

/** Where a run stands, for the progress line: first how many files are found by their words, then how many chunks by meaning too. */
export function progressState(progress: IndexProgress): ProgressState {
  const { walkFinished, files, filesDone, bytes, bytesDone, wordsFinished, chunksToEmbed, chunksEmbedded } = progress;
  const { tokensPerSecond, secondsLeft } = progress;
  const unit = files === 1 ? "file" : "files";
  const speed = tokensPerSecond > 0 ? `${compact(tokensPerSecond)} tokens/s` : "";
  if (wordsFinished && chunksToEmbed > 0) {
    return {
      label: `words: ${grouped(filesDone)} of ${grouped(files)} ${unit} · meaning:`,
      done: chunksEmbedded,
      total: chunksToEmbed,
      unit: chunksToEmbed === 1 ? "chunk" : "chunks",
      secondsLeft,
      detail: speed,
    };
  }
  const embedded = chunksEmbedded > 0 ? `meaning: ${plural(chunksEmbedded, "chunk")}  ${speed}`.trimEnd() : "";
  return {
    label: walkFinished ? "words:" : "reading folders, words:",
    done: filesDone,
    total: files,
    unit,
    // Until all folders are read nobody knows the whole.
    share: walkFinished && bytes > 0 ? bytesDone / bytes : undefined,
    secondsLeft: walkFinished ? secondsLeft : null,
    detail: embedded,
  };
}

/** The summary, without failures and warnings, which are printed as they are. */
export function reportLines(report: IndexReport, model: ModelInfo | null, folder: string): string[] {
  return [
    ...documentLines(report),
    workLine(report, model),
    ...leftLines(report),
    `Index: ${folder}`,
    "",
    ...stageLines(report),
  ];
}

function documentLines({
  added,
  changed,
  renamed,
  unchanged,
  removed,
  skipped,
  unread,
  failures,
}: IndexReport): string[] {
  const indexed = added + changed + renamed;
  const kinds = (
    [
      ["new", added],
      ["changed", changed],
      ["renamed", renamed],
    ] as const
  )
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${grouped(count)} ${kind}`);
  const lines = [
    `${plural(indexed, "document")} indexed${kinds.length > 0 ? ` (${kinds.join(", ")})` : ""}, ` +
      `${grouped(unchanged)} unchanged, ${grouped(removed)} removed`,
  ];
  const reasons = Object.entries(skipped)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${grouped(count)} ${reason}`);
  if (reasons.length > 0) lines.push(`Left out: ${reasons.join(", ")}`);
  lines.push(...unreadLines(unread));
  if (failures.length > 0) lines.push(`${plural(failures.length, "document")} could not be indexed: see above`);
  return lines;
}

function workLine(report: IndexReport, model: ModelInfo | null): string {
  const { chunks, chunksEmbedded, chunksReused, tokensEmbedded, seconds } = report;
  const speed = tokensEmbedded > 0 && seconds > 0 ? ` (${compact(tokensEmbedded / seconds)} tokens/s)` : "";
  const reused = chunksReused > 0 ? `, ${grouped(chunksReused)} vectors reused` : "";
  const device = model ? ` on the ${model.device.toUpperCase()}, ${model.dtype}, with ${model.id}` : "";
  return (
    `${plural(chunks, "chunk")}: ${grouped(chunksEmbedded)} embedded${reused}; ` +
    `${plural(tokensEmbedded, "token")} in ${duration(seconds)}${speed}${device}`
  );
}

function leftLines({ chunksWithoutVectors }: IndexReport): string[] {
  if (chunksWithoutVectors === 0) return [];
  return [
    `${plural(chunksWithoutVectors, "chunk")} without a vector yet: their documents are found by words; index again to go on`,
  ];
}

/** Stages overlap, so the shares may add up to more than the whole. */
function stageLines({ stages: times }: IndexReport): string[] {
  const rows = stages.map((stage) => [
    stage,
    `${times[stage].seconds.toFixed(1)} s`,
    `${Math.round(times[stage].busy * 100)} % busy`,
  ]);
  return table(rows, { align: "lrr", indent: "  " });
}
