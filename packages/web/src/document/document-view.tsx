/** Which view a document gets: by its type, and by whether its file can be read as text. */
import { lazy } from "../ui/lazy.tsx";
import { useLoaded } from "../ui/loaded.ts";
import { CodeView } from "./code/code-view.tsx";
import { documentText } from "./document-client.ts";
import { LinesView } from "./lines/lines-view.tsx";
import { PictureView } from "./picture-view.tsx";
import { TableView } from "./table/table-view.tsx";
import type { ViewProps } from "./view-props.ts";

const MarkdownView = lazy(async () => (await import("./markdown/markdown-view.tsx")).MarkdownView);
const PdfView = lazy(async () => (await import("./pdf/pdf-view.tsx")).PdfView);

/** Their text is data, as it stands. */
const asText = new Set(
  "text source-code json jsonl xml latex restructured-text asciidoc org bibliography translations".split(" "),
);
const asTable = new Set("csv xlsx xls opendocument".split(" "));

/** More is not a text to render but a file to look into. */
const mostRendered = 1_000_000;
/** A line of more characters is shown in parts. */
const longestLine = 10_000;

export function DocumentView(props: ViewProps) {
  const { type, stale } = props.document;
  if (stale === "gone") return <LinesView {...props} />;
  if (type === "pdf") return <PdfView {...props} />;
  if (type === "image") return <PictureView {...props} />;
  if (asTable.has(type)) return <TableView {...props} />;
  if (type === "markdown" || asText.has(type)) return <TextView {...props} />;
  return <LinesView {...props} />;
}

function TextView(props: ViewProps) {
  const { place, document } = props;
  const loaded = useLoaded(JSON.stringify([place.path, place.index]), (signal) => documentText(place, signal)).value;
  if (loaded.state === "loading") return <p class="loading">Loading…</p>;
  const text = loaded.state === "done" ? loaded.value : null;
  if (text === null || hasLongLine(text)) return <LinesView {...props} />;
  if (document.type === "markdown" && text.length <= mostRendered) return <MarkdownView place={place} text={text} />;
  return <CodeView place={place} text={text} />;
}

function hasLongLine(text: string): boolean {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    if ((end < 0 ? text.length : end) - start > longestLine) return true;
    if (end < 0) return false;
    start = end + 1;
  }
  return false;
}
