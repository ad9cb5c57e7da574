/** One result: where it stands, what it says, and why it was found. */
import { pathWithinIndex } from "../status.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Marked } from "../ui/marked.tsx";
import { fileName, folderOf, shownName, withoutGaps } from "../ui/shown.ts";
import { documentLink, relatedLink } from "../document/document-link.ts";
import type { PageResult } from "./search-client.ts";

interface ResultProps {
  readonly result: PageResult;
  readonly index: string | undefined;
}

export function Result({ result, index }: ResultProps) {
  const { path, title, headingPath, snippet, copies } = result;
  const link = documentLink({ ...result, index });
  const name = fileName(path);
  const headings = headingPath.filter((heading) => heading !== title);
  return (
    <article class="result" data-result>
      <header>
        <a class="result-title" href={link}>
          <bdi>{shownName(title ?? name)}</bdi>
        </a>
        <Badges result={result} />
      </header>
      <p class="place">
        <bdi class="path" title={shownName(path)}>
          {shownName(folderWithin(path))}
          <b>{shownName(name)}</b>
        </bdi>
        <span>{placeIn(result)}</span>
        {index !== undefined && <span>{index}</span>}
      </p>
      {headings.length > 0 && (
        <p class="headings">
          {headings.map((heading, i) => (
            <span key={i}>{shownName(heading)}</span>
          ))}
        </p>
      )}
      <p class={`snippet${result.type === "source-code" ? " code" : ""}`}>
        <Marked text={withoutGaps(snippet.text)} ranges={snippet.highlights} />
      </p>
      {copies.length > 0 && (
        <details class="copies">
          <summary>
            Nearly the same in {copies.length === 1 ? "another place" : `${copies.length} other places`}
          </summary>
          <ul>
            {copies.map((copy) => (
              <li key={`${copy.path}:${copy.startLine}`}>
                <a href={documentLink({ ...copy, index })}>
                  <bdi>{shownName(pathWithinIndex(copy.path))}</bdi>
                </a>
              </li>
            ))}
          </ul>
        </details>
      )}
      <footer>
        <a href={relatedLink({ ...result, index })}>Related</a>
        <CopyButton title="Copy link" text={() => new URL(link, location.href).href} />
      </footer>
    </article>
  );
}

function Badges({ result }: { readonly result: PageResult }) {
  const { type, stale, isOcr } = result;
  return (
    <span class="badges">
      <span class="badge why" title={whyInFull(result)}>
        {why(result)}
      </span>
      <span class="badge">{type}</span>
      {isOcr && (
        <span class="badge" title="Read out of a picture: letters may be wrong">
          OCR
        </span>
      )}
      {stale === "changed" && (
        <span class="badge warn" title="The file has changed since it was indexed">
          changed since
        </span>
      )}
      {stale === "gone" && (
        <span class="badge warn" title="The file no longer exists">
          file gone
        </span>
      )}
    </span>
  );
}

function why({ vectorRank, textRank }: PageResult): string {
  if (vectorRank !== null && textRank !== null) return "meaning and words";
  return textRank === null ? "meaning" : "words";
}

function whyInFull({ cosine, coverage, vectorRank, textRank }: PageResult): string {
  const parts = [];
  if (vectorRank !== null) parts.push(`number ${vectorRank} by meaning`);
  if (cosine !== null) parts.push(`cosine ${cosine.toFixed(2)}`);
  if (textRank !== null) parts.push(`number ${textRank} by words`);
  parts.push(`${Math.round(coverage * 100)} % of the words`);
  return parts.join(", ");
}

function placeIn({ page, startLine, endLine, lineBasis }: PageResult): string {
  if (page !== null) return `page ${page}`;
  if (lineBasis === "text") return "";
  return startLine === endLine ? `line ${startLine}` : `lines ${startLine}–${endLine}`;
}

function folderWithin(path: string): string {
  const folder = folderOf(pathWithinIndex(path));
  return folder === "" ? "" : `${folder}/`;
}
