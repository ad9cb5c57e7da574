/** The facets: folders, types and ages of what was found, with counts, each a filter. */
import { go } from "../router.ts";
import { pathWithinIndex } from "../status.ts";
import { folderOf, shownName } from "../ui/shown.ts";
import type { Counted, Facets } from "./search-client.ts";
import { linkOf, type SearchState } from "./search-state.ts";

/** The rest is behind a button of the browser's. */
const shownAtOnce = 8;

interface FacetListProps {
  readonly state: SearchState;
  readonly facets: Facets;
}

export function FacetList({ state, facets }: FacetListProps) {
  const { folder, types, since } = state;
  const chooseType = (value: string): void => {
    const chosen = types.includes(value) ? types.filter((each) => each !== value) : [...types, value];
    go(linkOf(state, { types: chosen }));
  };
  const unseen = types.filter((value) => !facets.types.some((each) => each.value === value));
  const allTypes = [...facets.types, ...unseen.map((value) => ({ value, name: value, count: 0 }))];
  return (
    <>
      {(folder !== "" || facets.folders.length > 0) && (
        <Facet title="Folder">
          {folder !== "" && <ChosenFolder state={state} />}
          <Values
            values={facets.folders}
            isChosen={() => false}
            choose={(value) => go(linkOf(state, { folder: value }))}
          />
        </Facet>
      )}
      {allTypes.length > 0 && (
        <Facet title="Type">
          <Values values={allTypes} isChosen={(value) => types.includes(value)} choose={chooseType} />
        </Facet>
      )}
      {(since !== "" || facets.ages.length > 0) && (
        <Facet title="Changed within">
          <Values
            values={facets.ages}
            isChosen={(value) => value === since}
            choose={(value) => go(linkOf(state, { since: value === since ? "" : value }))}
          />
          {since !== "" && !facets.ages.some(({ value }) => value === since) && (
            <button type="button" class="facet" aria-pressed={true} onClick={() => go(linkOf(state, { since: "" }))}>
              <span>{since}</span>
            </button>
          )}
        </Facet>
      )}
    </>
  );
}

function Facet({ title, children }: { readonly title: string; readonly children: preact.ComponentChildren }) {
  return (
    <section class="facet-group" aria-label={title}>
      <h2 class="facet-title">{title}</h2>
      {children}
    </section>
  );
}

interface ValuesProps {
  readonly values: readonly Counted[];
  readonly isChosen: (value: string) => boolean;
  readonly choose: (value: string) => void;
}

function Values({ values, isChosen, choose }: ValuesProps) {
  const item = ({ value, name, count }: Counted) => (
    <li key={value}>
      <button
        type="button"
        class="facet"
        aria-pressed={isChosen(value)}
        title={shownName(value)}
        onClick={() => choose(value)}
      >
        <bdi>{shownName(name)}</bdi>
        <span class="count">{count}</span>
      </button>
    </li>
  );
  const rest = values.slice(shownAtOnce);
  return (
    <>
      <ul class="facet-values">{values.slice(0, shownAtOnce).map(item)}</ul>
      {rest.length > 0 && (
        <details class="more-facets">
          <summary>{rest.length} more</summary>
          <ul class="facet-values">{rest.map(item)}</ul>
        </details>
      )}
    </>
  );
}

/** With a way to the folder above, and one to everywhere. */
function ChosenFolder({ state }: { readonly state: SearchState }) {
  const above = folderOf(state.folder);
  return (
    <div class="chosen-folder">
      <button
        type="button"
        class="facet"
        aria-pressed={true}
        title={`${shownName(state.folder)}: search everywhere`}
        onClick={() => go(linkOf(state, { folder: "" }))}
      >
        <bdi>{shownName(pathWithinIndex(state.folder))}</bdi>
      </button>
      {above !== "" && (
        <button type="button" class="link" onClick={() => go(linkOf(state, { folder: above }))}>
          One folder up
        </button>
      )}
    </div>
  );
}
