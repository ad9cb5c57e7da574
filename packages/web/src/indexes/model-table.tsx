/** The models on this machine, with their size and speed; and what else could be had. */
import { callJson } from "../api.ts";
import { Failure } from "../ui/failure.tsx";
import { useLoaded } from "../ui/loaded.ts";
import { shownBytes, shownRate } from "../ui/quantities.ts";
import type { KnownModel } from "./indexes-client.ts";

export function ModelTable() {
  const loaded = useLoaded("models", (signal) =>
    callJson<{ models: readonly KnownModel[]; others: readonly string[] }>("/models", { signal }),
  ).value;
  return (
    <section class="models" aria-labelledby="models-title">
      <h2 id="models-title">Models on this machine</h2>
      {loaded.state === "loading" && <p class="loading">Looking…</p>}
      {loaded.state === "failed" && <Failure message={loaded.message} />}
      {loaded.state === "done" && <Tables {...loaded.value} />}
    </section>
  );
}

function Tables({ models, others }: { readonly models: readonly KnownModel[]; readonly others: readonly string[] }) {
  const here = models.filter(({ bytes }) => bytes !== null);
  const elsewhere = models.filter(({ bytes }) => bytes === null);
  return (
    <>
      <Table models={here} />
      {others.length > 0 && <p class="soft">Served besides: {others.join(", ")}</p>}
      {here.some(({ speed }) => speed === null) && (
        <p class="soft">
          <code>ferris models --measure</code> times those that have no speed yet.
        </p>
      )}
      <details>
        <summary>{elsewhere.length} others that ferris runs</summary>
        <p class="soft">
          <code>ferris pull NAME</code> brings one here.
        </p>
        <Table models={elsewhere} />
      </details>
    </>
  );
}

function Table({ models }: { readonly models: readonly KnownModel[] }) {
  return (
    <section class="scrolled" tabIndex={0} aria-label="Models">
      <table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">For</th>
            <th scope="col">Languages</th>
            <th scope="col">Size</th>
            <th scope="col">Dimensions</th>
            <th scope="col">Speed here</th>
            <th scope="col">Licence</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.id}>
              <th scope="row">
                {model.name} {model.isServed && <span class="served">served</span>}
              </th>
              <td>{model.kind === "embedder" ? "search" : "reranking"}</td>
              <td>{model.languages}</td>
              <td class="number">{sizeOf(model)}</td>
              <td class="number">{model.dimensions ?? "–"}</td>
              <td>{speedOf(model)}</td>
              <td>{model.licence}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function sizeOf({ bytes, parameters }: KnownModel): string {
  if (bytes !== null) return shownBytes(bytes);
  return parameters === null ? "–" : `≤ ${shownBytes(parameters * 4e6)}`;
}

function speedOf({ speed, kind }: KnownModel): string {
  if (speed === null) return "–";
  const query =
    speed.queryMilliseconds === null ? "" : `, ${Math.max(1, Math.round(speed.queryMilliseconds))} ms a question`;
  return `${shownRate(speed.perSecond)} ${kind === "embedder" ? "texts" : "pairs"}/s${query}, ${speed.device.toUpperCase()}`;
}
