/** Which documents a page can read: not all that the command line can. */
import { loaders } from "#parsers";
import { parsers } from "../documents/parsers/index.ts";

/** By type, each with its files' extensions. */
export function readableTypes(): readonly { readonly type: string; readonly extensions: readonly string[] }[] {
  return parsers
    .filter(({ type }) => loaders[type] !== undefined)
    .map(({ type, extensions }) => ({ type, extensions }));
}
