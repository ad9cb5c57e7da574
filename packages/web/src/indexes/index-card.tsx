/** One index: what is in it, its folders, and what may be done with it. */
import { useSignal } from "@preact/signals";
import { linkTo } from "../router.ts";
import { shownBytes, shownTime } from "../ui/quantities.ts";
import { counted, shownName } from "../ui/shown.ts";
import { jobs, removeFolder, type ServedIndex, startIndexing } from "./indexes-client.ts";
import { JobView } from "./job-view.tsx";

interface IndexCardProps {
  readonly index: ServedIndex;
  /** Folders that may be added; empty: nothing may be changed but brought up to date. */
  readonly indexable: readonly string[];
}

const shownJobs = 3;

export function IndexCard({ index, indexable }: IndexCardProps) {
  const { name, folder, documents, chunks, bytes, types, roots, model, dimensions, lastIndexedTime } = index;
  const own = jobs.value.filter((job) => job.index === name);
  const isRunning = own.some(({ state }) => state === "running");
  const kinds = Object.entries(types).toSorted(([, a], [, b]) => b - a);
  return (
    <section class="index-card" aria-labelledby={`index-${name}`}>
      <header>
        <h2 id={`index-${name}`}>{shownName(name)}</h2>
        <button type="button" disabled={isRunning} onClick={() => void startIndexing(name)}>
          Bring up to date
        </button>
        <a href={linkTo("map", { index: name })}>Map</a>
      </header>
      <dl class="facts">
        <Fact title="Documents" value={documents.toLocaleString("en")} />
        <Fact title="Passages" value={chunks.toLocaleString("en")} />
        <Fact title="On disk" value={shownBytes(bytes)} />
        <Fact title="Model" value={`${shownName(model)}, ${dimensions} dimensions`} />
        <Fact title="Last indexed" value={lastIndexedTime === null ? "never" : shownTime(lastIndexedTime)} />
        <Fact title="Lies in" value={shownName(folder)} />
      </dl>
      {kinds.length > 0 && (
        <ul class="types" aria-label="Types of documents">
          {kinds.map(([type, count]) => (
            <li key={type}>
              {type} <span class="count">{count.toLocaleString("en")}</span>
            </li>
          ))}
        </ul>
      )}
      <h3>Folders</h3>
      {roots.length === 0 && <p class="soft">No folder: what is in it was not read from files here.</p>}
      <ul class="roots">
        {roots.map((root) => (
          <li key={root}>
            <bdi>{shownName(root)}</bdi>
            <button type="button" class="quiet" disabled={isRunning} onClick={() => void startIndexing(name, [root])}>
              Refresh<span class="hidden"> {shownName(root)}</span>
            </button>
            {indexable.length > 0 && <RemoveButton index={name} path={root} isDisabled={isRunning} />}
          </li>
        ))}
      </ul>
      {indexable.length > 0 ? (
        <AddFolder name={name} indexable={indexable} isDisabled={isRunning} />
      ) : (
        <p class="soft">
          Folders are added and removed here when the server is started with <code>--allow-index FOLDER</code>.
        </p>
      )}
      {own.slice(0, shownJobs).map((job) => (
        <JobView key={job.id} job={job} />
      ))}
    </section>
  );

  function Fact({ title, value }: { readonly title: string; readonly value: string }) {
    return (
      <div>
        <dt>{title}</dt>
        <dd>{value}</dd>
      </div>
    );
  }
}

/** Asks once more: what was indexed for an hour is gone at once. */
function RemoveButton({
  index,
  path,
  isDisabled,
}: {
  readonly index: string;
  readonly path: string;
  readonly isDisabled: boolean;
}) {
  const isAsked = useSignal(false);
  if (!isAsked.value) {
    return (
      <button type="button" class="quiet" disabled={isDisabled} onClick={() => (isAsked.value = true)}>
        Remove<span class="hidden"> {shownName(path)}</span>
      </button>
    );
  }
  return (
    <>
      <button type="button" class="danger" onClick={() => void removeFolder(index, path)}>
        Remove from the index
      </button>
      <button type="button" class="quiet" onClick={() => (isAsked.value = false)}>
        Keep
      </button>
    </>
  );
}

function AddFolder({
  name,
  indexable,
  isDisabled,
}: {
  readonly name: string;
  readonly indexable: readonly string[];
  readonly isDisabled: boolean;
}) {
  const path = useSignal(indexable[0] ?? "");
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    await startIndexing(name, [path.value.trim()]);
  };
  return (
    <form class="add-folder" onSubmit={(event) => void add(event)}>
      <label>
        Add a folder or file
        <input
          type="text"
          value={path.value}
          list={`indexable-${name}`}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => (path.value = currentTarget.value)}
        />
      </label>
      <datalist id={`indexable-${name}`}>
        {indexable.map((folder) => (
          <option key={folder} value={folder}>
            {shownName(folder)}
          </option>
        ))}
      </datalist>
      <button type="submit" disabled={isDisabled || path.value.trim() === ""}>
        Index it
      </button>
      <p class="soft">
        {counted(indexable.length, "folder")} may be added, with what is below: {indexable.map(shownName).join(", ")}
      </p>
    </form>
  );
}
