/** A text with some of its ranges marked. */
import { shownText } from "./shown.ts";

/** UTF-16 offsets, the end exclusive; in order, apart from one another. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export function Marked({ text, ranges }: { readonly text: string; readonly ranges: readonly Range[] }) {
  const shown = shownText(text);
  const pieces = [];
  let at = 0;
  for (const { start, end } of ranges) {
    if (start > at) pieces.push(shown.slice(at, start));
    pieces.push(<mark key={start}>{shown.slice(start, end)}</mark>);
    at = end;
  }
  pieces.push(shown.slice(at));
  return <>{pieces}</>;
}
