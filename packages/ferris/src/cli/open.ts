/**
 * From a command's settings to the library's object.
 */
import type { LoadProgress, ModelOptions } from "../engine.ts";
import type { Ferris } from "../ferris.ts";
import type { Session } from "./session.ts";
import { printable } from "./terminal/text.ts";

/** The index and model that the settings name, or the index in `db`. Imports the library only now, so that help stays instant. */
export async function openFerris(session: Session, { db }: { db?: string | null } = {}): Promise<Ferris> {
  const { Ferris: Library } = await import("../ferris.ts");
  const { values } = session.settings;
  const { model, reranker } = values;
  const options = modelOptions(session);
  return Library.open({
    db: db ?? values.db ?? undefined,
    // Another folder was named as it is: the name in force belongs to the usual one.
    name: db === undefined || db === values.db ? values.index : null,
    model: model ?? undefined,
    reranker: reranker ?? undefined,
    ...options,
    onDownload: options.onProgress,
  });
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
