/** How to search: by meaning, by words or both; in which order; in which index. */
import { go } from "../router.ts";
import { about } from "../status.ts";
import { linkOf, type SearchState } from "./search-state.ts";

const modes = [
  { value: "hybrid", name: "Both", says: "By meaning and by words" },
  { value: "vector", name: "Meaning", says: "By meaning alone" },
  { value: "text", name: "Words", says: "By words alone" },
] as const;

const orders = [
  { value: "relevance", name: "Best", says: "The best first" },
  { value: "date", name: "Newest", says: "The newest document first" },
] as const;

export function SearchOptions({ state }: { readonly state: SearchState }) {
  const indexes = about.value?.indexes ?? [];
  return (
    <div class="search-options">
      <Choice title="Search by" choices={modes} chosen={state.mode} link={(mode) => linkOf(state, { mode })} />
      <Choice title="Order" choices={orders} chosen={state.sort} link={(sort) => linkOf(state, { sort })} />
      {indexes.length > 1 && (
        <label class="index-choice">
          <span class="facet-title">Index</span>
          <select
            value={state.index}
            onChange={(event) => go(linkOf(state, { index: event.currentTarget.value, folder: "" }))}
          >
            <option value="">All</option>
            {indexes.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly title: string;
  readonly choices: readonly { readonly value: Value; readonly name: string; readonly says: string }[];
  readonly chosen: Value;
  readonly link: (value: Value) => string;
}

function Choice<Value extends string>({ title, choices, chosen, link }: ChoiceProps<Value>) {
  return (
    <fieldset class="choice">
      <legend class="facet-title">{title}</legend>
      <div class="choice-row">
        {choices.map(({ value, name, says }) => (
          <label key={value} title={says}>
            <input type="radio" name={title} checked={value === chosen} onChange={() => go(link(value))} />
            <span>{name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
