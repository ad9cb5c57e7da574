/** The panel at `#/indexes`. */

export function IndexesPanel() {
  return <h1>Indexes</h1>;
}
