/** A document's lines as they are known so far, with ways to ask for those before and after. */
import { type Signal, useSignal } from "@preact/signals";
import { type DocumentLine, type DocumentLines, documentLines } from "../document-client.ts";
import type { PassagePlace } from "../document-link.ts";

const askedAtOnce = 500;

export interface RemoteLines {
  readonly lines: Signal<readonly DocumentLine[]>;
  /** Undefined where there are none. */
  readonly onEarlier: (() => void) | undefined;
  readonly onLater: (() => void) | undefined;
}

/** @param from the number that the lines of `document` were asked from; @param count how many were asked for */
export function useRemoteLines(place: PassagePlace, document: DocumentLines, from: number, count: number): RemoteLines {
  const lines = useSignal(document.lines);
  const range = useSignal({ first: from, last: from + count - 1 });
  const { first, last } = range.value;
  const ask = async (side: "before" | "after"): Promise<void> => {
    const start = side === "before" ? Math.max(1, first - askedAtOnce) : last + 1;
    const wanted = side === "before" ? first - start : askedAtOnce;
    const more = await documentLines(place, { from: start, count: wanted });
    lines.value = side === "before" ? [...more.lines, ...lines.value] : [...lines.value, ...more.lines];
    range.value = { first: Math.min(first, start), last: Math.max(last, start + wanted - 1) };
  };
  return {
    lines,
    onEarlier: first > 1 ? () => void ask("before") : undefined,
    onLater: last < document.lastLine ? () => void ask("after") : undefined,
  };
}
