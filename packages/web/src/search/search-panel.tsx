/** The panel at `#/search`. */

export function SearchPanel() {
  return <h1>Search</h1>;
}
