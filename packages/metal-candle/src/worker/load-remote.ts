/** Loads a model in the worker. What the caller hears meanwhile, it hears here. */
import { absolutePath, isPathLike } from "#platform/files";
import { warnOnce } from "../notice.ts";
import type { LoadOptions, LoadProgress } from "../options.ts";
import type { EngineWorker } from "./engine-workers.ts";
import type { Calls } from "./messages.ts";

/** The model's number in the worker, and what it says of itself. */
export async function loadRemote(
  worker: EngineWorker,
  kind: "embedding" | "reranker",
  idOrFolder: string,
  options: LoadOptions,
): Promise<{ model: number; loaded: Calls["load"]["answer"] }> {
  const {
    signal,
    onProgress,
    onNotice = warnOnce,
    gpuDevice: _,
    worker: __,
    onBatch: ___,
    devices: ____,
    ...sent
  } = options;
  const { connection } = worker;
  worker.taken();
  const model = connection.number();
  // Relative to the page, not to the worker's file.
  const place = isPathLike(idOrFolder) ? absolutePath(idOrFolder) : idOrFolder;
  const onnxruntime = typeof sent.onnxruntime === "string" ? absolutePath(sent.onnxruntime) : undefined;
  const asked = { model, kind, idOrFolder: place, options: { ...sent, onnxruntime } };
  const loading = connection.call("load", asked, {
    signal,
    hear: (told) => {
      if ("notice" in told) onNotice(told.notice);
      else onProgress?.(told.progress[0] as LoadProgress);
    },
  });
  try {
    return { model, loaded: await loading };
  } catch (error) {
    // An abort may have come too late for the worker, which has the model then.
    if (!connection.lost) void connection.call("close", { model }).catch(() => undefined);
    worker.released();
    throw error;
  }
}
