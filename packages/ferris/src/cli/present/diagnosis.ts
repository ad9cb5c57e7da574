/**
 * A diagnosis for people: the verdict first, then what it rests on. `--json` has all of it.
 */
import type { Diagnosis } from "metal-candle/diagnostics";
import type { Palette } from "../terminal/colour.ts";
import { table } from "../terminal/table.ts";
import { bytes, grouped, plural, printable } from "../terminal/text.ts";

/** Limits that decide anything, and whether they are bytes. */
const shownLimits: readonly (readonly [name: string, isBytes: boolean])[] = [
  ["maxStorageBufferBindingSize", true],
  ["maxComputeWorkgroupStorageSize", true],
  ["maxComputeInvocationsPerWorkgroup", false],
];

/** Whether SQLite loads here, and what compares vectors in it. */
export interface StorageReport {
  readonly problem: string | null;
  readonly sqlite: string | null;
  readonly sqliteVec: string | null;
  /** Why sqlite-vec does not load, where it does not: plain JavaScript then compares vectors, with the same results. */
  readonly sqliteVecProblem: string | null;
}

/** The PostgreSQL that holds the index, where one is named. */
export interface ServerReport {
  readonly store: string;
  readonly postgres: string | null;
  readonly pgvector: string | null;
  /** Why it cannot be used as it is. */
  readonly problem: string | null;
  readonly warning: string | null;
}

export function diagnosisLines(
  diagnosis: Diagnosis & { storage: StorageReport; server: ServerReport | null },
  colours: Palette,
): string[] {
  return [
    verdict(diagnosis, colours),
    "",
    ...table([
      ...adapterRows(diagnosis),
      ["--device auto", `${diagnosis.auto.device ?? "nothing"}: ${printable(diagnosis.auto.reason)}`],
      [
        "CPU device",
        diagnosis.cpu.available
          ? `${diagnosis.cpu.onnxruntime}`
          : "not available: no build of onnxruntime is installed",
      ],
      [
        "Numerics",
        Object.entries(diagnosis.numerics)
          .map(([dtype, name]) => `${dtype}: ${name}`)
          .join("; ") || "none on a GPU",
      ],
      ["Index", storageText(diagnosis.storage, colours)],
      ...(diagnosis.server === null ? [] : [["Store", serverText(diagnosis.server, colours)]]),
      ...cacheRows(diagnosis),
      ["Versions", Object.entries(diagnosis.versions).map(versionText).join(", ")],
      ["Platform", diagnosis.platform],
    ]),
    ...kernelLines(diagnosis, colours),
  ];
}

function storageText({ problem, sqlite, sqliteVec, sqliteVecProblem }: StorageReport, colours: Palette): string {
  if (problem !== null) return `${colours.bad("cannot be opened")}: ${printable(problem)}`;
  return sqliteVecProblem === null
    ? `SQLite ${sqlite} with sqlite-vec ${sqliteVec}`
    : `SQLite ${sqlite}, vectors compared in JavaScript: sqlite-vec does not load here (${printable(sqliteVecProblem)})`;
}

function serverText({ store, postgres, pgvector, problem, warning }: ServerReport, colours: Palette): string {
  const versions =
    postgres === null ? "" : `: PostgreSQL ${postgres} with ${pgvector ? `pgvector ${pgvector}` : "no pgvector"}`;
  const fault = problem === null ? "" : `; ${colours.bad("cannot be used")}: ${printable(problem)}`;
  return `${printable(store)}${versions}${fault}${warning === null ? "" : `; ${colours.warning("warning")}: ${printable(warning)}`}`;
}

function verdict({ embedding }: Diagnosis, colours: Palette): string {
  const { model, device, dtype, loadMilliseconds, textMilliseconds, error } = embedding;
  if (error === null) {
    return (
      `${colours.good("Embedding works")}: ${printable(model)} on the ${device.toUpperCase()} in ${dtype}, ` +
      `ready in ${grouped(loadMilliseconds ?? 0)} ms, a first text in ${textMilliseconds} ms`
    );
  }
  return `${colours.bad("Embedding does not work")} with ${printable(model)} on device ${device}: ${printable(error?.message ?? "unknown")}`;
}

function adapterRows({ adapter, gpuProblem }: Diagnosis): string[][] {
  const rows = [];
  if (adapter) {
    const { name, vendor, architecture, software, runtime, limits, features, subgroupSizes, subgroupMatrixConfigs } =
      adapter;
    rows.push(["Adapter", `${printable(name)}${software ? " (software)" : ""}`]);
    rows.push(["", `${[vendor, architecture].filter(Boolean).join(" ")}, by ${runtime}`]);
    rows.push(["Features", features.join(", ")]);
    rows.push([
      "Limits",
      shownLimits.map(([limit, isBytes]) => `${limit} ${(isBytes ? bytes : grouped)(limits[limit] ?? 0)}`).join(", "),
    ]);
    rows.push(["Subgroups", subgroupSizes ? `${subgroupSizes[0]} to ${subgroupSizes[1]} threads` : "none"]);
    const configs = subgroupMatrixConfigs.map(
      ({ component, result, m, n, k }) => `${component}→${result} ${m}×${n}×${k}`,
    );
    rows.push(["Matrix units", configs.join(", ") || "none"]);
  } else {
    rows.push(["Adapter", "none"]);
  }
  if (gpuProblem !== null) rows.push(["", printable(gpuProblem)]);
  return rows;
}

function cacheRows({ caches }: Diagnosis): string[][] {
  if (caches.folder === null) return [["Caches", "none"]];
  const entries = caches.entries.map(
    ({ kind, files, bytes: size }) => `${kind}: ${plural(files, "file")}, ${bytes(size)}`,
  );
  return [["Caches", `${printable(caches.folder)}${entries.length > 0 ? ` (${entries.join("; ")})` : " (empty)"}`]];
}

function kernelLines({ embedding: { kernels, tuning } }: Diagnosis, colours: Palette): string[] {
  if (kernels.length === 0) return [];
  const rows = kernels.map(({ operation, variant }) => [operation, variant, colours.good("proved here")]);
  const dropped = kernels.flatMap(({ operation, dropped: variants }) =>
    variants.map(
      ({ variant, reason }) => `  ${colours.warning("dropped")} ${operation} ${variant}: ${printable(reason)}`,
    ),
  );
  return ["", "Kernels", ...table(rows, { indent: "  " }), ...dropped, ...tuningLines(tuning)];
}

/** Which tiles were measured to be the fastest here, where anything was measured. */
function tuningLines(tuning: Diagnosis["embedding"]["tuning"]): string[] {
  if (tuning === null || tuning.source === "rule") return [];
  const how = tuning.source === "cache" ? "remembered from" : "measured in";
  const rows = tuning.gemms.map(({ batch, n, k, variant, microseconds, measured }) => [
    `${n} × ${k}, ${batch} batches`,
    variant,
    `${microseconds} µs`,
    `of ${measured}`,
  ]);
  return ["", `Fastest GEMM tiles, ${how} ${tuning.milliseconds} ms`, ...table(rows, { indent: "  " })];
}

/** Some versions name what they are of, since there is a choice of it. */
function versionText([name, version]: [string, string | null]): string {
  return version?.startsWith(`${name} `) ? version : `${name} ${version ?? "(missing)"}`;
}
