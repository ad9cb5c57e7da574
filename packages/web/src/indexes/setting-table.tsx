/** The settings in force, and where each comes from. */
import { callJson } from "../api.ts";
import { Failure } from "../ui/failure.tsx";
import { useLoaded } from "../ui/loaded.ts";
import { shownName } from "../ui/shown.ts";
import type { Setting } from "./indexes-client.ts";

export function SettingTable() {
  const loaded = useLoaded("settings", (signal) =>
    callJson<{ settings: readonly Setting[] }>("/settings", { signal }),
  ).value;
  return (
    <section class="settings" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings in force</h2>
      {loaded.state === "loading" && <p class="loading">Looking…</p>}
      {loaded.state === "failed" && <Failure message={loaded.message} />}
      {loaded.state === "done" && <Table settings={loaded.value.settings} />}
    </section>
  );
}

function Table({ settings }: { readonly settings: readonly Setting[] }) {
  if (settings.length === 0) return <p class="soft">This server was started by a program, not by the command line.</p>;
  return (
    <section class="scrolled" tabIndex={0} aria-label="Settings">
      <table>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Value</th>
            <th scope="col">From</th>
            <th scope="col">What it is</th>
          </tr>
        </thead>
        <tbody>
          {settings.map(({ name, value, origin, description }) => (
            <tr key={name} class={origin === "default" ? "" : "set"}>
              <th scope="row">{name}</th>
              <td>
                {value === null ? <span class="soft">not set</span> : <code>{shownName(JSON.stringify(value))}</code>}
              </td>
              <td>{shownName(origin)}</td>
              <td class="soft">{description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
