/** The panel at `#/related`. */

export function RelatedPanel() {
  return <h1>Related</h1>;
}
