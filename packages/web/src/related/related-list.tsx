/** What else in the index is near a document or a passage of it. */
import type { RelatedAnswer } from "ferris";
import { callJson } from "../api.ts";
import { documentLink } from "../document/document-link.ts";
import { Failure } from "../ui/failure.tsx";
import { useLoaded } from "../ui/loaded.ts";
import { fileName, shownName, shownText, withoutGaps } from "../ui/shown.ts";

interface RelatedListProps {
  readonly path: string;
  /** Undefined: the whole document. */
  readonly line: number | undefined;
  readonly index: string | undefined;
  /** Beside a document: few, and short. */
  readonly compact?: boolean;
}

const fewest = 6;
const most = 20;

export function RelatedList({ path, line, index, compact = false }: RelatedListProps) {
  const limit = compact ? fewest : most;
  const query = { path, line, index, limit };
  const loaded = useLoaded(JSON.stringify(query), (signal) =>
    callJson<RelatedAnswer>("/related", { query, signal }),
  ).value;
  if (loaded.state === "loading") return <p class="loading">Looking…</p>;
  if (loaded.state === "failed") return <Failure message={loaded.message} />;
  const { results, copies } = loaded.value;
  return (
    <>
      {results.length === 0 && <p class="soft">Nothing else is near.</p>}
      <ol class={`related${compact ? " compact" : ""}`}>
        {results.map((result) => (
          <li key={result.chunkId}>
            <a href={documentLink({ ...result, index })}>
              <bdi>{shownName(result.title ?? fileName(result.path))}</bdi>
            </a>
            <p class="place">
              <bdi>{shownName(fileName(result.path))}</bdi>
              <span title="Cosine of the two passages">{Math.round(result.score * 100)} %</span>
            </p>
            <p class="snippet">{shownText(withoutGaps(result.snippet.text))}</p>
          </li>
        ))}
      </ol>
      {copies.length > 0 && (
        <details class="copies">
          <summary>
            Nearly the same in {copies.length === 1 ? "another place" : `${copies.length} other places`}
          </summary>
          <ul>
            {copies.map((copy) => (
              <li key={`${copy.path}:${copy.startLine}`}>
                <a href={documentLink({ ...copy, index })}>
                  <bdi>{shownName(copy.path)}</bdi>
                </a>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
