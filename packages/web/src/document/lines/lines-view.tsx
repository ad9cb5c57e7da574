/** A document as the text that was taken out of it, line by line. */
import { shownText } from "../../ui/shown.ts";
import type { DocumentLine } from "../document-client.ts";
import type { ViewProps } from "../view-props.ts";
import { linesAbove, linesAtOnce } from "../window.ts";
import { LineList } from "./line-list.tsx";
import { useRemoteLines } from "./remote-lines.ts";

export function LinesView({ place, document }: ViewProps) {
  const { startLine = 1, endLine = startLine } = place;
  const from = Math.max(1, startLine - linesAbove);
  const { lines, onEarlier, onLater } = useRemoteLines(place, document, from, linesAtOnce);
  const isMarked = place.startLine !== undefined;
  return (
    <LineList
      lines={lines.value.map((line) => ({ number: line.number, content: contentOf(line) }))}
      first={isMarked ? startLine : 0}
      last={isMarked ? endLine : -1}
      onEarlier={onEarlier}
      onLater={onLater}
    />
  );
}

function contentOf({ text, offset = 0, length }: DocumentLine) {
  if (length === undefined) return shownText(text);
  const [from, to, all] = [offset + 1, offset + text.length, length].map((each) => each.toLocaleString("en"));
  return (
    <>
      <span class="cut">
        Characters {from} to {to} of {all} in this line:
      </span>
      {shownText(text)}
    </>
  );
}
