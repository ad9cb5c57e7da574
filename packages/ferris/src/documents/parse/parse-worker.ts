/**
 * The thread that parses: files in, parsed documents out, one at a time. parse-thread.ts talks to it.
 *
 * A document of very many blocks goes out in parts, each when it is asked for: taking in a million blocks at once would hold up the
 * thread that gets them for seconds.
 */
import { parentPort } from "node:worker_threads";
import type { DocumentError } from "../../errors.ts";
import type { Block, ParsedDocument } from "../document.ts";
import { parseDocument, type ParseOptions } from "./parse.ts";
import type { SkipReason } from "../../skip-reason.ts";

export interface ParseTask {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly ocr?: ParseOptions["ocr"];
}

/** What the thread is told: a file, or to send on. */
export type ParseRequest = ParseTask | "next";

export interface ParsePart {
  readonly blocks: readonly Block[];
  readonly lineRuns: NonNullable<ParsedDocument["lineRuns"]>;
  /** Whether another part follows once "next" has come. */
  readonly more: boolean;
}

export type ParseAnswer =
  | { readonly document: ParsedDocument; readonly more?: boolean }
  | { readonly part: ParsePart }
  | { readonly alive: true }
  | { readonly failure: { readonly reason: SkipReason; readonly message: string } };

const itemsAtOnce = 5_000;

let rest: Iterator<ParsePart> | null = null;

parentPort?.on("message", (request: ParseRequest) => {
  if (request === "next") return send({ part: rest!.next().value as ParsePart });
  const { path, bytes, ocr } = request;
  const alive = () => send({ alive: true });
  // parseDocument throws nothing but DocumentError, whose class would not survive the way back.
  void parseDocument(path, bytes, { ocr, alive }).then(
    (document) => send(firstOf(document)),
    ({ reason, message }: DocumentError) => send({ failure: { reason, message } }),
  );
});

function send(answer: ParseAnswer): void {
  parentPort!.postMessage(answer, []);
}

function firstOf(document: ParsedDocument): ParseAnswer {
  const { blocks, lineRuns } = document;
  if (blocks.length + (lineRuns?.length ?? 0) <= itemsAtOnce) return { document };
  rest = partsOf(blocks, lineRuns ?? []);
  return { document: { ...document, blocks: [], ...(lineRuns && { lineRuns: [] }) }, more: true };
}

function* partsOf(blocks: ParsePart["blocks"], lineRuns: ParsePart["lineRuns"]): Generator<ParsePart> {
  const length = Math.max(blocks.length, lineRuns.length);
  for (let at = 0; at < length; at += itemsAtOnce) {
    const end = at + itemsAtOnce;
    yield { blocks: blocks.slice(at, end), lineRuns: lineRuns.slice(at, end), more: end < length };
  }
  rest = null;
}
