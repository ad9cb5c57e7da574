/** What an adapter says of itself, as plain data: for info(), doctor, and the keys of caches. No GPU object in it. */

export interface SubgroupMatrixConfig {
  readonly component: string;
  readonly result: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

export interface AdapterReport {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** Runs on the CPU (SwiftShader, lavapipe, WARP): never a GPU for `auto`. */
  readonly software: boolean;
  readonly runtime: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  readonly subgroupSizes: readonly [number, number] | null;
  readonly subgroupMatrixConfigs: readonly SubgroupMatrixConfig[];
}

/** `subgroupMatrixConfigs` is Dawn's; the standard does not have it yet. */
interface ExperimentalInfo {
  readonly subgroupMatrixConfigs?: readonly {
    readonly componentType: string;
    readonly resultComponentType: string;
    readonly M: number;
    readonly N: number;
    readonly K: number;
  }[];
}

/** The limits that decide anything here. */
export const reportedLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** Reads the adapter once. */
export function describeAdapter(adapter: GPUAdapter, runtime: string): AdapterReport {
  const { info, limits } = adapter;
  const configs = (info as unknown as ExperimentalInfo).subgroupMatrixConfigs ?? [];
  return {
    name: info.description || info.device || info.architecture || "unnamed adapter",
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device,
    software: Boolean(info.isFallbackAdapter),
    runtime,
    features: [...adapter.features].sort(),
    limits: Object.fromEntries(reportedLimits.map((name) => [name, limits[name]])),
    subgroupSizes: adapter.features.has("subgroups") ? [info.subgroupMinSize, info.subgroupMaxSize] : null,
    subgroupMatrixConfigs: [...configs].map((config) => ({
      component: config.componentType,
      result: config.resultComponentType,
      m: config.M,
      n: config.N,
      k: config.K,
    })),
  };
}

/** The part of an adapter's identity that a cached verdict depends on. The description names the driver and its version. */
export function adapterKey(report: AdapterReport): string {
  return [
    report.vendor,
    report.architecture,
    report.device,
    report.name,
    report.runtime,
    report.features.join(" "),
  ].join("|");
}
