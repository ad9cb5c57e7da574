/**
 * The thread that tokenises: first it is told which tokenizer, then blocks of texts come and blocks of ids go. tokenizer-pool.ts
 * talks to it.
 */
import { serveWorker } from "#platform/serve-worker";
import type { TokenizerFiles } from "../../models/description.ts";
import type { WorkerAnswer } from "../../platform/worker-types.ts";
import { openTokenizer } from "../open-tokenizer.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { encodeBlock } from "./encode-block.ts";
import type { TokenizedBlock } from "./tokenized-block.ts";

export type TokenizerTask =
  | { readonly files: TokenizerFiles; readonly maxLength: number }
  | { readonly texts: readonly string[]; readonly prompt: string };

export type TokenizerAnswer = { readonly block: TokenizedBlock } | { readonly failure: string };

let opened: { tokenizer: Promise<Tokenizer>; maxLength: number } | null = null;

serveWorker(async (message): Promise<WorkerAnswer> => {
  const task = message as TokenizerTask;
  if ("files" in task) {
    opened = { tokenizer: openTokenizer(task.files), maxLength: task.maxLength };
    // Its error is told with the first block; until then it must not count as unhandled.
    opened.tokenizer.catch(() => undefined);
    return { message: null, transfer: [] };
  }
  try {
    const block = encodeBlock(await opened!.tokenizer, task.texts, task.prompt, opened!.maxLength);
    const transfer = [block.ids.buffer, block.lengths.buffer, block.truncated.buffer];
    return { message: { block } satisfies TokenizerAnswer, transfer };
  } catch (error) {
    return { message: { failure: (error as Error).message } satisfies TokenizerAnswer, transfer: [] };
  }
});
