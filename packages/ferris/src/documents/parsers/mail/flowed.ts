/**
 * Text whose lines were broken for sending (format=flowed, RFC 3676), put together again.
 */
import type { SourcedText } from "../../lines/sourced-text.ts";
import { SourcedText as Text } from "../../lines/sourced-text.ts";

/** @param deletesSpace the space before a break is not the text's ("delsp=yes") */
export function unflowed(text: SourcedText, deletesSpace: boolean): SourcedText {
  const joined = new Text();
  /** The quotes in front of the paragraph that goes on; null where none does. */
  let open: string | null = null;
  for (let start = 0; start < text.length;) {
    const newline = text.text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = text.text.slice(start, end);
    const quotes = /^>*/.exec(line)![0];
    // A space in front was put there so that nothing else is taken for quotes.
    const from = start + quotes.length + (line[quotes.length] === " " ? 1 : 0);
    const content = text.text.slice(from, end);
    if (open !== quotes) {
      if (open !== null) joined.trail("\n");
      if (quotes !== "") joined.join(text.slice(start, start + quotes.length)).trail(" ");
    }
    const isFlowed: boolean = content.endsWith(" ") && content !== "-- " && newline >= 0;
    joined.join(text.slice(from, isFlowed && deletesSpace ? end - 1 : end));
    if (!isFlowed && newline >= 0) joined.trail("\n");
    open = isFlowed ? quotes : null;
    start = end + 1;
  }
  return joined;
}
