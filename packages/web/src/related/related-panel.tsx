/** The panel at `#/related`: all that is near a passage, or near the whole document. */
import { documentLink } from "../document/document-link.ts";
import { linkTo, route } from "../router.ts";
import { fileName, shownName } from "../ui/shown.ts";
import { RelatedList } from "./related-list.tsx";

export function RelatedPanel() {
  const { query } = route.value;
  const path = query.get("path") ?? "";
  const line = Number(query.get("line")) || undefined;
  const index = query.get("index") ?? undefined;
  const name = shownName(fileName(path));
  return (
    <div class="related-panel">
      <h1>
        Related to{" "}
        <a href={documentLink({ path, startLine: line, index })}>
          <bdi>{name}</bdi>
        </a>
      </h1>
      <p class="soft">
        {line === undefined ? (
          "Near the document as a whole."
        ) : (
          <>
            Near its passage at line {line}. <a href={linkTo("related", { path, index })}>Near the whole document</a>
          </>
        )}
      </p>
      <RelatedList path={path} line={line} index={index} />
    </div>
  );
}
