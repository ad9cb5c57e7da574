/**
 * The thread that parses: files in, parsed documents out, one at a time. parse-pool.ts talks to it.
 */
import { parentPort } from "node:worker_threads";
import type { DocumentError } from "../../errors.ts";
import type { ParsedDocument } from "../document.ts";
import { parseDocument } from "./parse.ts";
import type { SkipReason } from "../../skip-reason.ts";

export interface ParseTask {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export type ParseAnswer =
  | { readonly document: ParsedDocument }
  | { readonly failure: { readonly reason: SkipReason; readonly message: string } };

parentPort?.on("message", ({ path, bytes }: ParseTask) => {
  // parseDocument throws nothing but DocumentError, whose class would not survive the way back.
  const answer: Promise<ParseAnswer> = parseDocument(path, bytes).then(
    (document) => ({ document }),
    ({ reason, message }: DocumentError) => ({ failure: { reason, message } }),
  );
  void answer.then((told) => parentPort!.postMessage(told, []));
});
