/**
 * A DocumentFilter as a test on documents: the store asks it before it looks for the best chunks.
 */
import { sep } from "node:path";
import { makeGlobs } from "../documents/walk/glob.ts";
import type { DocumentFilter } from "./store.ts";

interface Candidate {
  readonly path: string;
  readonly type: string;
  readonly modifiedTime: number;
}

/** Whether there is nothing in `filter` that a document could fail. */
export function keepsAll(filter: DocumentFilter): boolean {
  return Object.values(filter).every((part) => part === undefined);
}

/** True for documents that all parts of `filter` keep. */
export function makeDocumentTest(filter: DocumentFilter): (document: Candidate) => boolean {
  const types = filter.types && new Set(filter.types);
  const matches = filter.paths && makeGlobs(filter.paths.flatMap(anyTail));
  const since = filter.modifiedSince;
  return (document) =>
    (types === undefined || types.has(document.type)) &&
    (since === undefined || document.modifiedTime >= since) &&
    (matches === undefined ||
      matches((sep === "/" ? document.path : document.path.replaceAll(sep, "/")).replace(/^\/+/, "")));
}

/** `docs` and `docs/` stand for everything below a folder of that name as well. */
function anyTail(glob: string): string[] {
  const bare = glob.split(sep).join("/").replace(/^\.\//, "").replace(/\/+$/, "");
  const rooted = /^(?:\/|[a-zA-Z]:\/)/.test(bare) ? bare.replace(/^\/+/, "") : `**/${bare}`;
  return [rooted, `${rooted}/**`];
}
