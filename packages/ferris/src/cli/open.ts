/**
 * From a command's settings to the library's object.
 */
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Origin } from "./config/resolve.ts";
import type { EmbeddingModel, LoadProgress, ModelOptions } from "../engine.ts";
import type { Ferris } from "../ferris.ts";
import type { FerrisOptions } from "../options.ts";
import type { NamedFerris } from "../several-indexes.ts";
import { indexFolder } from "../store/places.ts";
import { caller, callersPath, needsOwnProcess, type Warmth } from "./caller.ts";
import type { Session } from "./session.ts";
import { storeOf } from "./store.ts";
import { printable } from "./terminal/text.ts";

/** Every index that --db names, or the one in force; each with a name of its own. Closing them is the caller's. */
export async function openIndexes(
  session: Session,
  {
    warmth = caller().warmth,
    ...options
  }: Pick<OpenOptions, "onNotice" | "reranker"> & { readonly warmth?: Warmth | null } = {},
): Promise<NamedFerris[]> {
  const { index, db } = session.settings.values;
  const folders = [...new Set(session.databases.map((folder) => resolve(caller().folder, folder)))];
  const places = folders.length > 1 ? folders.map((folder) => ({ db: folder, name: index })) : [{ db, name: index }];
  return withNames(await Promise.all(places.map((place) => openFerris(session, { ...place, ...options }, warmth))));
}

/** Indexes by what they are called; of those with one name all but the first get a number. */
export function withNames(all: readonly Ferris[]): NamedFerris[] {
  const named: NamedFerris[] = [];
  for (const ferris of all) {
    const title = ferris.ownFolder === null ? "store" : indexTitle(ferris.ownFolder);
    let name = title;
    for (let i = 2; named.some((other) => other.name === name); i++) name = `${title}-${i}`;
    named.push({ name, ferris });
  }
  return named;
}

interface OpenOptions {
  readonly db?: string | null;
  readonly name?: string | null;
  /** Whether the settings' `devices` apply: to commands that embed much. */
  readonly severalDevices?: boolean;
  /** See FerrisOptions. */
  readonly cpuThread?: boolean;
  /** In place of the one that the settings name. */
  readonly reranker?: string | undefined;
  /** Takes the place of standard error, and of the progress of downloads, where the screen is somebody else's. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** The index and model that the settings name, or the index in `db`. Imports the library only now, so that help stays instant. */
export async function openFerris(
  session: Session,
  { db, name, onNotice, reranker: chosen, severalDevices = false, cpuThread }: OpenOptions = {},
  warmth = caller().warmth,
): Promise<Ferris> {
  const { values } = session.settings;
  const { model, reranker } = values;
  const options = modelOptions(session);
  const store = db === undefined || db === values.db ? storeOf(session) : null;
  // Its password may be in this caller's environment or home.
  if (store !== null) needsOwnProcess("the index is in a store");
  return open(warmth, {
    ...(store === null ? { db: db ?? values.db ?? undefined } : { store }),
    // Another folder was named as it is: the name in force belongs to the usual one.
    name: name ?? (db === undefined || db === values.db ? values.index : null),
    model: ownFolder(model),
    reranker: ownFolder(chosen ?? reranker),
    ...options,
    cpuThread,
    ...(severalDevices && devicesMeant(session)),
    ...(onNotice ? { onNotice } : { onDownload: options.onProgress }),
  });
}

/** What an index is called: like the folder that it is of. */
function indexTitle(folder: string): string {
  const name = basename(folder) === ".ferris" ? basename(dirname(folder)) : basename(folder);
  return name === "" ? "index" : name;
}

async function open(warmth: Warmth | null, options: FerrisOptions): Promise<Ferris> {
  if (warmth !== null && options.store !== undefined) return warmth.openFerris(options);
  if (warmth !== null) return warmth.openFerris({ ...options, db: indexFolder(caller().folder, options), name: null });
  const { Ferris: Library } = await import("../ferris.ts");
  return Library.open(options);
}

/** The embedding model that the settings name, for texts that belong to no index. */
export async function openEmbeddingModel(session: Session, signal: AbortSignal): Promise<EmbeddingModel> {
  const { bundledModel, ownModels } = await import("../engine.ts");
  const { model } = session.settings.values;
  const id = ownFolder(model) ?? bundledModel;
  const meant = devicesMeant(session);
  if (meant.devices !== undefined) needsOwnProcess("several devices were named");
  return (caller().warmth ?? ownModels).embeddingModel(id, {
    ...modelOptions(session),
    ...meant,
    signal,
  });
}

const nearest: readonly Origin["kind"][] = ["flag", "environment", "folder file", "user file", "default"];

/** `device` and `devices` say the same: the nearer one is meant, as of any one setting that is said twice. Both on the command line are refused by the engine. */
function devicesMeant({ settings: { values, origins } }: Session): Pick<ModelOptions, "device" | "devices"> {
  const { device, devices } = values;
  if (devices === null) return { device };
  const order = nearest.indexOf(origins.device.kind) - nearest.indexOf(origins.devices.kind);
  if (order < 0) return { device };
  return order > 0 ? { devices, device: "auto" } : { devices, device };
}

/** A model's id, or its folder as this process has to write it; undefined for none. */
function ownFolder(model: string | null): string | undefined {
  if (model === null) return undefined;
  const path = callersPath(model);
  return path !== model && existsSync(path) ? path : model;
}

/** A progress line for a model's download. */
export function downloadProgress(session: Session): (progress: LoadProgress) => void {
  const line = session.progress();
  return ({ item, done, total }) => {
    line.update({
      label: `downloading ${printable(item)}`,
      done: Math.round(done / 1e6),
      total: total === null ? undefined : Math.round(total / 1e6),
      unit: "MB",
      share: total ? done / total : undefined,
    });
    if (done === total) line.finish();
  };
}

/** How the settings want a model to be loaded. */
export function modelOptions(session: Session): ModelOptions {
  const { device, dtype, allowSoftwareAdapter } = session.settings.values;
  // Where nobody said so here, the engine looks at its own environment variable.
  return {
    device,
    dtype,
    allowSoftwareAdapter: allowSoftwareAdapter || undefined,
    onNotice: (line) => session.inform(line),
  };
}
