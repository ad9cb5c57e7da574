/** What was found, in order. */
import { useEffect } from "preact/hooks";
import { go, linkTo } from "../router.ts";
import { counted, shownText } from "../ui/shown.ts";
import { onResultKey, useKeptFocus } from "./result-keys.ts";
import { Result } from "./result.tsx";
import { type Facets, type Found, noteShown } from "./search-client.ts";
import { linkOf, mayHaveMore, pageOfResults } from "./search-state.ts";

interface ResultListProps {
  readonly found: Found;
  readonly facets: Facets | null;
}

export function ResultList({ found, facets }: ResultListProps) {
  const { state, answer } = found;
  // After the frame with the results has been drawn.
  useEffect(() => void requestAnimationFrame(() => noteShown(found)), [found]);
  useKeptFocus(found);
  const { results, nearestMiss, corrections = [], failures = [], vectorShare } = answer;
  const index = state.index === "" ? undefined : state.index;
  return (
    <div onKeyDown={onResultKey} role="presentation">
      <output class="summary">
        {results.length === 0 ? "Nothing in the documents is near enough." : summaryOf(results.length, facets)}
        {corrections.map(({ typed, used }) => (
          <span key={typed}>
            {" "}
            Nothing says “{shownText(typed)}”: looked for “{shownText(used)}”.
          </span>
        ))}
      </output>
      {vectorShare < 1 && state.mode !== "text" && (
        <p class="partial">
          {Math.floor(vectorShare * 100)} % of the passages are found by meaning so far, all by their words.{" "}
          <a href={linkTo("indexes")}>How far indexing is</a>
        </p>
      )}
      {failures.map(({ index: name, message }) => (
        <p key={name} class="failure">
          {name}: {message}
        </p>
      ))}
      <ol class="results">
        {results.map((result) => (
          <li key={`${result.index ?? ""}#${result.chunkId}`}>
            <Result result={result} index={result.index ?? index} />
          </li>
        ))}
      </ol>
      {results.length === 0 && nearestMiss !== null && (
        <section class="nearest-miss" aria-label="The nearest passage">
          <h2>The nearest passage, which may have nothing to do with it</h2>
          <Result result={nearestMiss} index={index} />
        </section>
      )}
      {mayHaveMore(state, results.length) && (
        <button
          type="button"
          class="quiet more"
          onClick={() => go(linkOf(state, { limit: state.limit + pageOfResults }), { replace: true })}
        >
          More results
        </button>
      )}
    </div>
  );
}

function summaryOf(shown: number, facets: Facets | null): string {
  if (facets === null || facets.passages <= shown) return counted(shown, "passage");
  return `${counted(shown, "passage")} of ${facets.isCapped ? "more than " : ""}${facets.passages}`;
}
