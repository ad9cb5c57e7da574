/** The panel at `#/device`. */

export function DevicePanel() {
  return <h1>Device</h1>;
}
