/** What the map panel works with: the map, what is picked on it, what was searched. One map at a time. */
import { computed, signal } from "@preact/signals";
import type { SearchAnswer, SearchResult } from "ferris";
import { call, callEvents, callJson } from "../api.ts";
import { type ColourBy, groupsOf } from "./groups.ts";
import { decodeMap, type MapData, type MapSummary } from "./map-data.ts";

export interface Drawing {
  readonly state: "drawing" | "done" | "cancelled" | "failed";
  readonly progress: {
    readonly stage: string;
    readonly part: number;
    readonly points: number;
    readonly seconds: number;
  } | null;
  readonly error: { readonly message: string } | null;
}

interface MapStatus {
  readonly index: string;
  readonly map: MapSummary | null;
  readonly drawing: Drawing | null;
}

/** Null until the server has answered. */
export const mapStatus = signal<MapStatus | null>(null);
export const mapData = signal<MapData | null>(null);
export const mapFailure = signal<string | null>(null);
export const colourBy = signal<ColourBy>("cluster");
/** Points that are picked, ascending; null: none is, and all count. */
export const picked = signal<readonly number[] | null>(null);
export const pickedFrom = signal<string>("");
export const isLasso = signal(false);
export const hits = signal<readonly SearchResult[] | null>(null);
export const isSearching = signal(false);
/** The point whose passage is shown. */
export const opened = signal<number | null>(null);

export const grouping = computed(() => mapData.value && groupsOf(mapData.value, colourBy.value));
export const pickedDocuments = computed(() => {
  const [data, points] = [mapData.value, picked.value];
  return data === null || points === null
    ? null
    : new Set(points.map((point) => data.documents[data.documentOf[point]!]!.id));
});

/** Enough to see where they lie; more cost the server more than a letter's time. */
export const mostHits = 200;
/** Below, it is drawn without asking. */
const drawnAtOnce = 20_000;
let waiting: AbortController | null = null;

export async function loadMap(index: string | undefined, signalGone: AbortSignal, passages: number): Promise<void> {
  await guarded(async () => {
    const status = await callJson<MapStatus>("/map", { query: { index }, signal: signalGone });
    mapStatus.value = status;
    if (status.map !== null) await loadPoints(index, signalGone);
    if (status.drawing?.state === "drawing") await followDrawing(index, signalGone);
    else if (status.map === null && passages > 0 && passages <= drawnAtOnce) await draw(index, signalGone);
  });
}

/** Starts drawing, and shows the map when it is there. */
export async function draw(index: string | undefined, signalGone: AbortSignal): Promise<void> {
  await guarded(async () => {
    await callJson("/map", { body: index === undefined ? {} : { index }, signal: signalGone });
    await followDrawing(index, signalGone);
  });
}

export async function cancelDrawing(index: string | undefined): Promise<void> {
  await guarded(() => callJson("/map", { method: "DELETE", query: { index } }));
}

async function followDrawing(index: string | undefined, signalGone: AbortSignal): Promise<void> {
  for await (const { data } of callEvents("/map/events", { query: { index }, signal: signalGone })) {
    const drawing = data as Drawing;
    mapStatus.value = { ...mapStatus.value!, drawing };
    if (drawing.state !== "done") continue;
    mapStatus.value = await callJson<MapStatus>("/map", { query: { index }, signal: signalGone });
    await loadPoints(index, signalGone);
  }
}

async function loadPoints(index: string | undefined, signalGone: AbortSignal): Promise<void> {
  const response = await call("/map/points", { query: { index }, signal: signalGone });
  const data = decodeMap(await response.arrayBuffer());
  if (signalGone.aborted) return;
  picked.value = hits.value = opened.value = null;
  mapData.value = data;
}

/** What is found lights up; within what is picked, where something is. An empty question puts the lights out. */
export async function searchMap(query: string, index: string | undefined): Promise<void> {
  waiting?.abort();
  const data = mapData.value;
  if (query.trim() === "" || data === null) {
    hits.value = null;
    isSearching.value = false;
    return;
  }
  const own = (waiting = new AbortController());
  isSearching.value = true;
  await guarded(async () => {
    const points = picked.value;
    const passages = points?.map((point) => data.ids[point]!);
    const body = { query, index, limit: mostHits, perDocument: mostHits, relevantOnly: true, brief: true, passages };
    hits.value = (await callJson<SearchAnswer>("/search", { body, signal: own.signal })).results;
  }, own.signal);
  if (waiting === own) isSearching.value = false;
}

export function pick(points: readonly number[] | null, from = ""): void {
  picked.value = points !== null && points.length > 0 ? points : null;
  pickedFrom.value = from;
}

export function forgetMap(): void {
  waiting?.abort();
  mapStatus.value = mapData.value = mapFailure.value = picked.value = hits.value = opened.value = null;
  isLasso.value = false;
}

async function guarded(work: () => Promise<unknown>, given?: AbortSignal): Promise<void> {
  try {
    await work();
    mapFailure.value = null;
  } catch (error) {
    if ((error as Error).name !== "AbortError" && !given?.aborted) mapFailure.value = (error as Error).message;
  }
}
