/**
 * From a command's settings to the library's object.
 */
import type { ModelOptions } from "../engine.ts";
import type { Ferris } from "../ferris.ts";
import type { Session } from "./session.ts";

/** The index and model that the settings name, or the index in `db`. Imports the library only now, so that help stays instant. */
export async function openFerris(
  session: Session,
  { db = session.settings.values.db, rerank }: { db?: string | null; rerank?: RerankOption } = {},
): Promise<Ferris> {
  const { Ferris: Library } = await import("../ferris.ts");
  const { model, reranker } = session.settings.values;
  return Library.open({
    db: db ?? undefined,
    model: model ?? undefined,
    reranker: typeof rerank === "string" ? rerank : (reranker ?? undefined),
    ...modelOptions(session),
  });
}

/** What `--rerank [MODEL]` parses to. */
export type RerankOption = string | true | undefined;

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
