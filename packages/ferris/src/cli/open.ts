/**
 * From a command's settings to the library's object.
 */
import type { Ferris } from "../ferris.ts";
import type { Session } from "./session.ts";

/** The index and model that the settings name. Imports the library only now, so that help stays instant. */
export async function openFerris({ settings }: Session): Promise<Ferris> {
  const { Ferris } = await import("../ferris.ts");
  const { db, model, device, dtype, allowSoftwareAdapter } = settings.values;
  return Ferris.open({ db: db ?? undefined, model: model ?? undefined, device, dtype, allowSoftwareAdapter });
}
