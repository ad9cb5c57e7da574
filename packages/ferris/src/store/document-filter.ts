/**
 * A DocumentFilter as a test on documents: the store asks it before it looks for the best chunks.
 */
import { sep } from "#platform/paths";
import { makeGlobs } from "../documents/walk/glob.ts";
import type { DocumentFilter, FieldTest, StoredDocument } from "./store.ts";

export type FilteredDocument = Pick<StoredDocument, "id" | "path" | "type" | "modifiedTime" | "fields">;
type DocumentTest = (document: FilteredDocument) => boolean;

/** Whether there is nothing in `filter` that a document could fail. */
export function keepsAll(filter: DocumentFilter): boolean {
  return Object.values(filter).every((part) => part === undefined);
}

/** True for documents that all parts of `filter` keep. */
export function makeDocumentTest(filter: DocumentFilter): DocumentTest {
  const types = filter.types && new Set(filter.types);
  const excludedTypes = new Set(filter.excludeTypes);
  const documents = filter.documents && new Set(filter.documents);
  const matches = filter.paths && pathTest(filter.paths);
  const excludes = filter.exclude && pathTest(filter.exclude);
  const since = filter.modifiedSince;
  const fields = (filter.fields ?? []).map(fieldTest);
  const also: DocumentTest = filter.also ? makeDocumentTest(filter.also) : () => true;
  return (document) =>
    (documents === undefined || documents.has(document.id)) &&
    (types === undefined || types.has(document.type)) &&
    !excludedTypes.has(document.type) &&
    (since === undefined || document.modifiedTime >= since) &&
    (matches === undefined || matches(document.path)) &&
    !excludes?.(document.path) &&
    fields.every((test) => test(document)) &&
    also(document);
}

function pathTest(globs: readonly string[]): (path: string) => boolean {
  const matches = makeGlobs(globs.flatMap(anyTail));
  return (path) => matches((sep === "/" ? path : path.replaceAll(sep, "/")).replace(/^\/+/, ""));
}

/** `docs` and `docs/` stand for everything below a folder of that name as well. */
function anyTail(glob: string): string[] {
  const bare = glob
    .split(sep)
    .join("/")
    .replace(/^\.\//, "")
    .replace(/(?<!\/)\/+$/, "");
  const rooted = /^(?:\/|[a-zA-Z]:\/)/.test(bare) ? bare.replace(/^\/+/, "") : `**/${bare}`;
  return [rooted, `${rooted}/**`];
}

function fieldTest({ name, value, isExcluded }: FieldTest): DocumentTest {
  const wanted = value.normalize("NFC").toLowerCase().replace(/^#/, "");
  const holds = (said: string): boolean => {
    const given = said.normalize("NFC").toLowerCase();
    if (name === "date") return given.startsWith(wanted);
    return name === "tag" ? given === wanted || given.startsWith(`${wanted}/`) : given.includes(wanted);
  };
  return ({ fields }) => (fields?.[name] ?? []).some(holds) !== isExcluded;
}
