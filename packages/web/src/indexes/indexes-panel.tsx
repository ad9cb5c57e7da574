/** The panel at `#/indexes`: what is indexed, and bringing it up to date; models on this machine; the settings in force. */
import { useEffect } from "preact/hooks";
import { Failure } from "../ui/failure.tsx";
import { IndexCard } from "./index-card.tsx";
import { indexes, indexesFailure, leaveIndexes, loadIndexes } from "./indexes-client.ts";
import { ModelTable } from "./model-table.tsx";
import { SettingTable } from "./setting-table.tsx";

export function IndexesPanel() {
  useEffect(() => {
    document.title = "Indexes – ferris";
    void loadIndexes();
    return leaveIndexes;
  }, []);
  const held = indexes.value;
  return (
    <div class="indexes">
      <h1>Indexes</h1>
      {indexesFailure.value !== null && <Failure message={indexesFailure.value} />}
      {held === null && indexesFailure.value === null && <p class="loading">Loading…</p>}
      {held?.indexes.length === 0 && (
        <p class="empty">
          This server has no index. Make one with <code>ferris index FOLDER</code>, and start the server again.
        </p>
      )}
      {held?.indexes.map((index) => (
        <IndexCard key={index.name} index={index} indexable={held.indexable} />
      ))}
      <ModelTable />
      <SettingTable />
    </div>
  );
}
