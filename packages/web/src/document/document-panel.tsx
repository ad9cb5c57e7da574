/** The panel at `#/document`: a document, opened at a passage, with what is near it beside. */
import { useEffect } from "preact/hooks";
import { RelatedList } from "../related/related-list.tsx";
import { linkTo, route } from "../router.ts";
import { pathWithinIndex } from "../status.ts";
import { Failure } from "../ui/failure.tsx";
import { useLoaded } from "../ui/loaded.ts";
import { fileName, folderOf, shownName } from "../ui/shown.ts";
import { DocumentActions } from "./document-actions.tsx";
import { type DocumentLines, documentLines } from "./document-client.ts";
import { placeOf } from "./document-link.ts";
import { DocumentView } from "./document-view.tsx";
import { linesAbove, linesAtOnce } from "./window.ts";

export function DocumentPanel() {
  const place = placeOf(route.value.query);
  const { path, index, startLine = 1, startColumn } = place;
  const key = JSON.stringify([path, index, startLine, startColumn]);
  const loaded = useLoaded(key, (signal) => {
    const from = Math.max(1, startLine - linesAbove);
    return documentLines(place, { from, count: linesAtOnce, column: startColumn ?? undefined, signal });
  }).value;
  useEffect(() => {
    document.title = `${shownName(fileName(path))} – ferris`;
    const leave = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) back();
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [path]);
  return (
    <div class="document-panel">
      <header class="document-head">
        <button type="button" class="link back" onClick={back}>
          <svg aria-hidden="true" viewBox="0 0 12 12">
            <path d="M7.5 2 3.5 6l4 4" />
          </svg>
          Back
        </button>
        <h1>
          <bdi>{shownName((loaded.state === "done" && loaded.value.title) || fileName(path))}</bdi>
        </h1>
        <p class="place">
          <bdi class="path" title={shownName(path)}>
            {shownName(folderOf(pathWithinIndex(path)))}/<b>{shownName(fileName(path))}</b>
          </bdi>
        </p>
        {loaded.state === "done" && <Marks document={loaded.value} />}
        <DocumentActions place={place} />
      </header>
      {loaded.state === "failed" && <Failure message={loaded.message} />}
      {loaded.state === "loading" && <p class="loading">Loading…</p>}
      {loaded.state === "done" && (
        <div class="document-body">
          <article class="document" aria-label={shownName(fileName(path))} key={key}>
            <DocumentView place={place} document={loaded.value} />
          </article>
          <aside aria-label="Related">
            <h2>Related</h2>
            <RelatedList path={path} line={place.startLine} index={index} compact />
          </aside>
        </div>
      )}
    </div>
  );
}

/** To where somebody came from; who came by a link goes to the search. */
function back(): void {
  if (history.length > 1) history.back();
  else location.hash = linkTo("search");
}

function Marks({ document: { type, stale, lineBasis } }: { readonly document: DocumentLines }) {
  return (
    <p class="badges">
      <span class="badge">{type}</span>
      {stale === "changed" && (
        <span class="badge warn">
          the file has changed since it was indexed{lineBasis === "file" && ": the passage may stand elsewhere"}
        </span>
      )}
      {stale === "gone" && <span class="badge warn">the file is not there any more: this is what was indexed</span>}
    </p>
  );
}
