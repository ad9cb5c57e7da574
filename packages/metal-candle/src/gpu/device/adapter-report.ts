/** Reads what an adapter says of itself, and makes the key that caches know it by. */

import type { AdapterReport } from "../../encoder/report.ts";

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
