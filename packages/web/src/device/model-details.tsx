/** One model of the server: the device it runs on and why, its adapter, and its kernels with what their checks said. */
import type { ModelInfo } from "ferris";
import { counted, shownName, shownText } from "../ui/shown.ts";

interface ModelDetailsProps {
  readonly id: string;
  readonly kind: "embedder" | "reranker";
  readonly info: ModelInfo | null;
}

export function ModelDetails({ id, kind, info }: ModelDetailsProps) {
  return (
    <section class="device-model">
      <h2>
        {shownName(id)} <span class="soft">{kind === "embedder" ? "for search" : "for reranking"}</span>
      </h2>
      {info === null ? (
        <p class="soft">Not in memory: it is loaded when it is first asked for.</p>
      ) : (
        <Loaded info={info} />
      )}
    </section>
  );
}

function Loaded({ info }: { readonly info: ModelInfo }) {
  const { device, reason, adapter, numerics, dtype, kernels, tuning, warnings } = info;
  const dropped = kernels.reduce((sum, kernel) => sum + kernel.dropped.length, 0);
  return (
    <>
      <p>
        <b class={`on-${device}`}>{device.toUpperCase()}</b> {shownText(reason)}
      </p>
      <dl class="facts">
        {adapter && (
          <Fact title="Adapter" value={`${adapter.name}${adapter.software ? " (emulated on the CPU)" : ""}`} />
        )}
        {adapter && <Fact title="Runtime" value={adapter.runtime} />}
        <Fact title="Numerics class" value={numerics} />
        <Fact title="Weights and activations" value={dtype} />
        {"dimensions" in info && <Fact title="Dimensions" value={String(info.dimensions)} />}
        <Fact title="Reads at most" value={counted(info.maxLength, "token")} />
        {tuning && (
          <Fact title="Products" value={`${counted(tuning.gemms.length, "shape")}, ${tuningOf(tuning.source)}`} />
        )}
      </dl>
      {warnings.map((warning) => (
        <p key={warning} class="soft">
          {shownText(warning)}
        </p>
      ))}
      {kernels.length > 0 && (
        <details open={dropped > 0}>
          <summary>
            {counted(kernels.length, "kernel")} in use, each proved on this adapter
            {dropped > 0 && `; ${counted(dropped, "variant")} failed and ${dropped === 1 ? "is" : "are"} not used`}
          </summary>
          <table>
            <thead>
              <tr>
                <th scope="col">Operation</th>
                <th scope="col">Variant</th>
                <th scope="col">Self-check</th>
              </tr>
            </thead>
            <tbody>
              {kernels.map((kernel) => (
                <tr key={kernel.operation}>
                  <th scope="row">{kernel.operation}</th>
                  <td>
                    <code>{kernel.variant}</code>
                  </td>
                  <td>
                    <span class="passed">passed</span>
                    {kernel.dropped.map(({ variant, reason: why }) => (
                      <div key={variant}>
                        <code>{variant}</code> <span class="reason">not used</span> {shownText(why)}
                      </div>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </>
  );
}

function tuningOf(source: "measured" | "cache" | "rule"): string {
  if (source === "rule") return "by rule";
  return source === "cache" ? "measured earlier" : "measured when it was loaded";
}

function Fact({ title, value }: { readonly title: string; readonly value: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{shownName(value)}</dd>
    </div>
  );
}
