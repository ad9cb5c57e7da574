/** The panel at `#/document`. */

export function DocumentPanel() {
  return <h1>Document</h1>;
}
