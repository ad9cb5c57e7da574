/** What the server says of the machine that computes, and of a measurement. */
import { signal } from "@preact/signals";
import type { ModelInfo } from "ferris";
import { callEvents, callJson, ServerGoneError } from "../api.ts";

export interface Load {
  readonly time: number;
  readonly texts: number;
  readonly tokens: number;
  readonly batches: number;
  readonly requests: number;
  readonly residentBytes: number;
  readonly gpuBytes: number;
}

export interface Device {
  readonly machine: {
    readonly platform: string;
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly node: string;
  };
  readonly models: readonly {
    readonly id: string;
    readonly kind: "embedder" | "reranker";
    readonly info: ModelInfo | null;
  }[];
  readonly load: Load;
}

export interface DeviceSpeed {
  readonly device: "gpu" | "cpu";
  readonly on: string;
  readonly textsPerSecond: number;
  readonly tokensPerSecond: number;
  readonly queryMilliseconds: number;
}

export interface Measurement {
  readonly isRunning: boolean;
  /** What is done at the moment. */
  readonly doing: string;
  readonly speeds: readonly DeviceSpeed[];
  readonly unavailable: readonly { readonly device: "gpu" | "cpu"; readonly reason: string }[];
  readonly agreement: number | null;
  readonly failure: string | null;
}

export const device = signal<Device | null>(null);
/** The last minute, a second apart. */
export const loads = signal<readonly Load[]>([]);
export const deviceFailure = signal<string | null>(null);
export const measurement = signal<Measurement | null>(null);

const kept = 60;

/** Goes on telling until the signal is aborted. */
export async function followDevice(gone: AbortSignal): Promise<void> {
  try {
    device.value = await callJson<Device>("/device", { signal: gone });
    deviceFailure.value = null;
    loads.value = [];
    for await (const { data } of callEvents("/device/events", { signal: gone })) {
      loads.value = [...loads.value.slice(-kept), data as Load];
      // A model that was loaded meanwhile has kernels to show.
      if (device.value.models.some(({ info }) => info === null) && loads.value.length % 5 === 0) {
        device.value = await callJson<Device>("/device", { signal: gone });
      }
    }
    // Nothing but its end ends this.
    throw new ServerGoneError();
  } catch (error) {
    if (!gone.aborted) deviceFailure.value = (error as Error).message;
  }
}

/** Tokens a second between each of these and the one before. */
export function ratesOf(all: readonly Load[]): number[] {
  return all
    .slice(1)
    .map(({ tokens, time }, i) => (1000 * Math.max(0, tokens - all[i]!.tokens)) / Math.max(1, time - all[i]!.time));
}

type Doing = "loading" | "measuring";

export async function measure(): Promise<void> {
  const nothing: Measurement = {
    isRunning: true,
    doing: "starting",
    speeds: [],
    unavailable: [],
    agreement: null,
    failure: null,
  };
  measurement.value = nothing;
  const change = (news: Partial<Measurement>): void => {
    measurement.value = { ...measurement.value!, ...news };
  };
  try {
    for await (const { event, data } of callEvents("/device/measure", { method: "POST", body: {} })) {
      const news = data as { device: "gpu" | "cpu"; speed: DeviceSpeed; reason: string; agreement: number | null };
      if (event === "measured") change({ speeds: [...measurement.value!.speeds, news.speed] });
      else if (event === "unavailable") change({ unavailable: [...measurement.value!.unavailable, news] });
      else if (event === "done") change({ agreement: news.agreement });
      else change({ doing: `${event as Doing} on the ${news.device.toUpperCase()}` });
    }
  } catch (error) {
    change({ failure: (error as Error).message });
  }
  change({ isRunning: false });
}
