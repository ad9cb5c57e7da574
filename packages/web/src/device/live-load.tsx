/** How much is done, second by second. */
import { shownBytes, shownRate } from "../ui/quantities.ts";
import { loads, ratesOf } from "./device-client.ts";

const width = 600;
const height = 80;

export function LiveLoad() {
  const all = loads.value;
  const last = all.at(-1);
  const rates = ratesOf(all);
  const most = Math.max(1, ...rates);
  const step = width / 60;
  const points = rates.map(
    (rate, i) =>
      `${(width - (rates.length - 1 - i) * step).toFixed(1)},${(height - 2 - (rate / most) * (height - 6)).toFixed(1)}`,
  );
  return (
    <section class="live" aria-labelledby="live-title">
      <h2 id="live-title">Now</h2>
      <dl class="facts">
        <div>
          <dt>Tokens a second</dt>
          <dd class="large">{rates.length === 0 ? "…" : shownRate(rates.at(-1)!)}</dd>
        </div>
        <div>
          <dt>Embedded so far</dt>
          <dd>
            {(last?.texts ?? 0).toLocaleString("en")} texts, {(last?.tokens ?? 0).toLocaleString("en")} tokens
          </dd>
        </div>
        <div>
          <dt>Requests under way</dt>
          <dd>{last?.requests ?? 0}</dd>
        </div>
        <div>
          <dt>Memory of the process</dt>
          <dd>{last === undefined ? "…" : shownBytes(last.residentBytes)}</dd>
        </div>
        <div>
          <dt>Memory on the GPU</dt>
          <dd>{last === undefined ? "…" : last.gpuBytes === 0 ? "none" : shownBytes(last.gpuBytes)}</dd>
        </div>
      </dl>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" x2={width} y1={height - 2} y2={height - 2} />
        {points.length > 1 && <polyline points={points.join(" ")} />}
      </svg>
      <p class="soft">Tokens a second over the last minute; at most {shownRate(most)}.</p>
    </section>
  );
}
