/** GPU against CPU, measured here and now. */
import { Failure } from "../ui/failure.tsx";
import { shownRate } from "../ui/quantities.ts";
import { shownText } from "../ui/shown.ts";
import { measure, measurement } from "./device-client.ts";

export function Measured() {
  const held = measurement.value;
  const fastest = Math.max(1, ...(held?.speeds ?? []).map(({ tokensPerSecond }) => tokensPerSecond));
  const [first, second] = held?.speeds ?? [];
  return (
    <section aria-labelledby="measured-title" aria-busy={held?.isRunning ?? false}>
      <h2 id="measured-title">GPU against CPU</h2>
      <p>
        The same model and the same texts on both, two seconds each.{" "}
        <button type="button" disabled={held?.isRunning} onClick={() => void measure()}>
          {held?.isRunning ? `${held.doing}…` : held === null ? "Measure now" : "Measure again"}
        </button>
      </p>
      {held?.failure != null && <Failure message={held.failure} />}
      {held !== null && held.speeds.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Device</th>
              <th scope="col">Tokens a second</th>
              <th scope="col">Texts a second</th>
              <th scope="col">One question</th>
            </tr>
          </thead>
          <tbody>
            {held.speeds.map(({ device, on, tokensPerSecond, textsPerSecond, queryMilliseconds }) => (
              <tr key={device}>
                <th scope="row">
                  {device.toUpperCase()} <span class="soft">{on}</span>
                </th>
                <td>
                  <meter value={tokensPerSecond} max={fastest} aria-hidden="true" /> {shownRate(tokensPerSecond)}
                </td>
                <td class="number">{shownRate(textsPerSecond)}</td>
                <td class="number">{queryMilliseconds.toFixed(1)} ms</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {held?.unavailable.map(({ device, reason }) => (
        <p key={device} class="unavailable">
          <b>{device.toUpperCase()}</b> {shownText(reason)}
        </p>
      ))}
      {first !== undefined && second !== undefined && (
        <p aria-live="polite">
          {verdict(first.tokensPerSecond / second.tokensPerSecond)}
          {held?.agreement != null && ` Their vectors agree: cosine ${held.agreement.toFixed(6)} at least.`}
        </p>
      )}
    </section>
  );
}

function verdict(gpuOverCpu: number): string {
  if (gpuOverCpu > 1.1) return `The GPU is ${gpuOverCpu.toFixed(1)} times as fast here.`;
  if (gpuOverCpu < 0.9) return `The CPU is ${(1 / gpuOverCpu).toFixed(1)} times as fast here.`;
  return "Both are equally fast here.";
}
