/** The panel at `#/ask`. */

export function AskPanel() {
  return <h1>Ask</h1>;
}
