/** A question on its way, and its answer as it comes. */
import { signal } from "@preact/signals";
import type { Answer } from "ferris";
import { callEvents } from "../api.ts";

/** Of several indexes, each passage says which it is from. */
export interface PageAnswer extends Answer {
  readonly passages: readonly (Answer["passages"][number] & { readonly index?: string })[];
}

export interface Asked {
  readonly question: string;
  /** So far. */
  readonly text: string;
  /** The language model, once it is known. */
  readonly model: string | null;
  /** What is waited for. */
  readonly wait: string | null;
  readonly answer: PageAnswer | null;
  readonly failure: string | null;
}

/** The newest last. */
export const conversation = signal<readonly Asked[]>([]);
export const isAsking = signal(false);

let running = new AbortController();

/** Asks all indexes, as a follow-up of what was asked before. */
export async function ask(question: string): Promise<void> {
  stop();
  const mine = (running = new AbortController());
  const before = conversation.value.findLast(({ answer }) => answer !== null)?.answer?.conversation ?? [];
  const nothing = { text: "", model: null, wait: null, answer: null, failure: null };
  conversation.value = [...conversation.value, { question, ...nothing }];
  isAsking.value = true;
  const change = (news: Partial<Asked>): void => {
    if (mine !== running) return;
    const all = conversation.value;
    conversation.value = [...all.slice(0, -1), { ...all.at(-1)!, ...news }];
  };
  try {
    const body = { question, conversation: before.slice(-8) };
    for await (const { event, data } of callEvents("/ask", { body, signal: mine.signal })) {
      if (event === "endpoint") change({ model: (data as { model: string }).model });
      else if (event === "wait") change({ wait: (data as { message: string }).message });
      else if (event === "restart") change({ text: "" });
      else if (event === "piece") change({ wait: null, text: lastText() + (data as { text: string }).text });
      else if (event === "done")
        change({ wait: null, answer: data as PageAnswer, text: (data as Answer).answer ?? "" });
    }
  } catch (error) {
    change({ failure: mine.signal.aborted ? "Stopped." : (error as Error).message });
  } finally {
    if (mine === running) isAsking.value = false;
  }
}

export function stop(): void {
  running.abort();
  isAsking.value = false;
}

export function beginAnew(): void {
  stop();
  running = new AbortController();
  conversation.value = [];
}

function lastText(): string {
  return conversation.value.at(-1)?.text ?? "";
}
