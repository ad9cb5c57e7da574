/** The panel at `#/map`. */

export function MapPanel() {
  return <h1>Map</h1>;
}
