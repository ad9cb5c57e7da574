/** One run of indexing: how it goes, what it did, and what it left out. */
import { useSignal } from "@preact/signals";
import { Failure } from "../ui/failure.tsx";
import { useLoaded } from "../ui/loaded.ts";
import { shownRate, shownSeconds, shownTime } from "../ui/quantities.ts";
import { counted, shownName, shownText } from "../ui/shown.ts";
import { cancelJob, type Job, leftOut } from "./indexes-client.ts";

export function JobView({ job }: { readonly job: Job }) {
  return (
    <section class={`job ${job.state}`} aria-label="A run of indexing">
      {job.state === "running" ? <Running job={job} /> : <Ended job={job} />}
    </section>
  );
}

function Running({ job }: { readonly job: Job }) {
  const { progress } = job;
  const { filesDone = 0, files = 0, bytes = 0, bytesDone = 0, walkFinished = false } = progress ?? {};
  const part = walkFinished && bytes > 0 ? bytesDone / bytes : undefined;
  const rate = progress?.tokensPerSecond ?? 0;
  const left = walkFinished ? (progress?.secondsLeft ?? null) : null;
  return (
    <>
      <p class="job-line">
        <b>Indexing</b> {filesDone.toLocaleString("en")} of {counted(files, "file")}
        {!walkFinished && " so far"}
        {progress !== null && ` · ${counted(progress.chunksEmbedded, "passage")}`}
        {rate > 0 && ` · ${shownRate(rate)} tokens/s`}
        {left !== null && ` · ${shownSeconds(left)} left`}
      </p>
      <div class="job-bar">
        <progress value={part} max={1} aria-label="Indexing" />
        <button type="button" class="quiet" onClick={() => void cancelJob(job.id)}>
          Stop
        </button>
      </div>
      <p class="soft job-path">{progress?.path != null && shownName(progress.path)}</p>
    </>
  );
}

function Ended({ job }: { readonly job: Job }) {
  const { report, error, state } = job;
  if (report === null) {
    return state === "cancelled" ? (
      <p>The run was stopped.</p>
    ) : (
      <Failure message={error?.message ?? "The run failed."} />
    );
  }
  const { added, changed, renamed, removed, unchanged, failures, warnings, skipped, unread, seconds, chunksEmbedded } =
    report;
  const did = (
    [
      [added, "new"],
      [changed, "changed"],
      [renamed, "renamed"],
      [removed, "removed"],
      [unchanged, "unchanged"],
    ] as const
  ).filter(([count]) => count > 0);
  const reasons = Object.entries(skipped).toSorted(([, a], [, b]) => b - a);
  const count = reasons.reduce((sum, [, each]) => sum + each, 0);
  return (
    <>
      <p class="job-line" aria-live="polite">
        <b>{report.interrupted ? "Stopped" : "Done"}</b>{" "}
        {did.length === 0
          ? "nothing to do"
          : did.map(([each, what]) => `${each.toLocaleString("en")} ${what}`).join(", ")}{" "}
        · {counted(chunksEmbedded, "passage")} embedded in {shownSeconds(seconds)}
        {job.endedTime !== null && <span class="soft"> · {shownTime(job.endedTime)}</span>}
      </p>
      {failures.length > 0 && (
        <details open class="failures">
          <summary>{counted(failures.length, "file")} could not be indexed</summary>
          <ul>
            {failures.map(({ path, reason, message }) => (
              <li key={path}>
                <bdi>{shownName(path)}</bdi> <span class="reason">{reason}</span> {shownText(message)}
              </li>
            ))}
          </ul>
        </details>
      )}
      {count > 0 && (
        <details>
          <summary>{counted(count, "file")} left out, and why</summary>
          <ul class="types">
            {reasons.map(([reason, each]) => (
              <li key={reason}>
                {reason} <span class="count">{each.toLocaleString("en")}</span>
              </li>
            ))}
          </ul>
          {unread.length > 0 && (
            <p class="soft">
              Types that ferris does not read:{" "}
              {unread
                .map(
                  ({ extension, count: each }) =>
                    `${extension === "" ? "no extension" : `.${shownName(extension)}`} (${each})`,
                )
                .join(", ")}
            </p>
          )}
          <LeftOut id={job.id} />
        </details>
      )}
      {warnings.length > 0 && (
        <details>
          <summary>{counted(warnings.length, "remark")}</summary>
          <ul>
            {warnings.map((warning) => (
              <li key={warning}>{shownText(warning)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function LeftOut({ id }: { readonly id: string }) {
  const isWanted = useSignal(false);
  if (isWanted.value) return <LeftOutList id={id} />;
  return (
    <button type="button" class="quiet" onClick={() => (isWanted.value = true)}>
      List the files
    </button>
  );
}

function LeftOutList({ id }: { readonly id: string }) {
  const loaded = useLoaded(id, (signal) => leftOut(id, signal)).value;
  if (loaded.state === "loading") return <p class="loading">Loading…</p>;
  if (loaded.state === "failed") return <Failure message={loaded.message} />;
  return (
    <ul class="left-out">
      {loaded.value.files.map(({ path, outcome, message }) => (
        <li key={path}>
          <bdi>{shownName(path)}</bdi> <span class="reason">{outcome}</span> {message !== null && shownText(message)}
        </li>
      ))}
    </ul>
  );
}
