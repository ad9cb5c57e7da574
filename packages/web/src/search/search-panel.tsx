/** The panel at `#/search`: results while somebody types. */
import { useEffect, useMemo } from "preact/hooks";
import { go, route } from "../router.ts";
import { status, statusFailure } from "../status.ts";
import { Failure } from "../ui/failure.tsx";
import { counted } from "../ui/shown.ts";
import { FacetList } from "./facet-list.tsx";
import { ResultList } from "./result-list.tsx";
import { focusResult } from "./result-keys.ts";
import { cancel, facets, found, isSearching, noteTyping, search, searchFailure } from "./search-client.ts";
import { SearchField } from "./search-field.tsx";
import { SearchOptions } from "./search-options.tsx";
import { linkOf, type SearchState, stateOf } from "./search-state.ts";
import { Welcome } from "./welcome.tsx";

/** While an answer is on its way, a moment for the next letter: a question that is given up costs the server as much as one that is not. */
const typingMs = 25;

export function SearchPanel() {
  const state = stateOf(route.value);
  const key = linkOf(state, { limit: state.limit });
  useEffect(() => void search(state), [key]);
  useEffect(() => cancel, []);
  useEffect(() => {
    document.title = state.query === "" ? "ferris" : `${state.query} – ferris`;
  }, [state.query]);
  const typed = useMemo(() => delayed((text: string) => type(text)), []);
  const documents = status.value?.documents;
  const placeholder = documents === undefined ? "Search your documents" : `Search ${counted(documents, "document")}`;
  const leave = (): void => {
    typed.now();
    focusResult(0);
  };
  return (
    <div class="search">
      <h1 class="hidden">Search</h1>
      <SearchField value={state.query} placeholder={placeholder} onType={typed.later} onLeave={leave} />
      {state.query.trim() === "" ? (
        statusFailure.value === null ? (
          <Welcome />
        ) : (
          <Failure message={statusFailure.value} />
        )
      ) : (
        <Answered state={state} />
      )}
    </div>
  );
}

function Answered({ state }: { readonly state: SearchState }) {
  return (
    <div class="searched">
      <details class="filters" open={matchMedia("(min-width: 56rem)").matches}>
        <summary>Filters{chosenCount(state) > 0 && ` (${chosenCount(state)})`}</summary>
        <SearchOptions state={state} />
        {facets.value !== null && <FacetList state={state} facets={facets.value} />}
      </details>
      <section aria-label="Results" aria-busy={isSearching.value}>
        {searchFailure.value !== null && <Failure message={searchFailure.value} />}
        {found.value !== null && <ResultList found={found.value} facets={facets.value} />}
      </section>
    </div>
  );
}

function chosenCount({ folder, types, since, mode, sort, index }: SearchState): number {
  return types.length + [folder, since, index, mode !== "hybrid", sort !== "relevance"].filter(Boolean).length;
}

/** What was typed becomes the address: a step to go back to only where the panel was opened without a question. */
function type(text: string): void {
  const state = stateOf(route.peek());
  go(linkOf(state, { query: text }), { replace: state.query !== "" });
}

/** Calls of `act`: at once where no answer is awaited, else the newest alone when there was no other for a moment. */
function delayed(act: (text: string) => void): { later: (text: string) => void; now: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: string | null = null;
  const now = (): void => {
    clearTimeout(timer);
    if (waiting === null) return;
    const text = waiting;
    waiting = null;
    act(text);
  };
  const later = (text: string): void => {
    noteTyping();
    waiting = text;
    clearTimeout(timer);
    if (isSearching.peek()) timer = setTimeout(now, typingMs);
    else now();
  };
  return { later, now };
}
