/** A PDF, its pages drawn as they come into view, the passage marked on its page. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Failure } from "../../ui/failure.tsx";
import { useLoaded } from "../../ui/loaded.ts";
import type { ViewProps } from "../view-props.ts";
import { LinesView } from "../lines/lines-view.tsx";
import { openPdf, type PdfDocument } from "./open-pdf.ts";
import { PdfPageView } from "./pdf-page.tsx";

export function PdfView(props: ViewProps) {
  const { place, document } = props;
  const asText = useSignal(false);
  const loaded = useLoaded(JSON.stringify([place.path, place.index]), async (signal) => {
    const pdf = await openPdf(place, signal);
    const first = await pdf.getPage(1);
    const { width, height } = first.getViewport({ scale: 1 });
    return { pdf, ratio: height / width };
  }).value;
  const { startLine, endLine = startLine } = place;
  const passage =
    startLine === undefined
      ? ""
      : document.lines
          .filter(({ number }) => number >= startLine && number <= endLine!)
          .map(({ text }) => text)
          .join(" ");
  if (loaded.state === "loading") return <p class="loading">Loading…</p>;
  if (loaded.state === "failed" || asText.value) {
    return (
      <>
        {loaded.state === "failed" && (
          <Failure message={`The pages cannot be drawn (${loaded.message}). This is their text.`} />
        )}
        {asText.value && <ViewSwitch title="Show the pages" onClick={() => (asText.value = false)} />}
        <LinesView {...props} />
      </>
    );
  }
  return (
    <>
      <ViewSwitch title="Show the text" onClick={() => (asText.value = true)} />
      <Pages pdf={loaded.value.pdf} ratio={loaded.value.ratio} page={place.page ?? null} passage={passage} />
    </>
  );
}

function ViewSwitch({ title, onClick }: { readonly title: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="quiet view-switch" onClick={onClick}>
      {title}
    </button>
  );
}

interface PagesProps {
  readonly pdf: PdfDocument;
  /** Height by width, of the first page: until a page is drawn, the best guess. */
  readonly ratio: number;
  readonly page: number | null;
  readonly passage: string;
}

function Pages({ pdf, ratio, page, passage }: PagesProps) {
  useEffect(() => {
    if (page !== null) document.querySelector(`[data-page="${page}"]`)?.scrollIntoView({ block: "start" });
  }, [page]);
  return (
    <div class="pdf">
      {Array.from({ length: pdf.numPages }, (_, i) => i + 1).map((number) => {
        // A passage may go on overleaf.
        const isMarked = page !== null && (number === page || number === page + 1);
        return <PdfPageView key={number} pdf={pdf} number={number} ratio={ratio} passage={isMarked ? passage : ""} />;
      })}
    </div>
  );
}
