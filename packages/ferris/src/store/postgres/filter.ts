/** The parts of a filter that the server can judge, so that only documents that may pass come over the network. */
import type { DocumentFilter } from "../store.ts";

/** Conditions on `documents AS d`, each with AND in front. What they keep is still to be tested (document-filter.ts). */
export function filteredDocuments(
  filter: DocumentFilter,
  under: readonly string[] | undefined,
  before: readonly unknown[],
): { readonly conditions: string; readonly values: unknown[] } {
  const values = [...before];
  const parts: string[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const add = ({ types, excludeTypes, documents, modifiedSince, also }: DocumentFilter): void => {
    if (types) parts.push(`d.type = ANY (${parameter(types)}::text[])`);
    if (excludeTypes && excludeTypes.length > 0) parts.push(`d.type <> ALL (${parameter(excludeTypes)}::text[])`);
    if (documents) parts.push(`d.id = ANY (${parameter(documents.filter(Number.isSafeInteger))}::bigint[])`);
    if (modifiedSince !== undefined) parts.push(`d.modified_time >= ${parameter(modifiedSince)}`);
    if (also) add(also);
  };
  add(filter);
  if (under) {
    const places = under.map((path) => {
      const folder = path.replace(/(?<![/\\])[/\\]+$/, "");
      const [from, to] = [parameter(folder === "" ? path : folder), parameter(`${folder}/`)];
      return `d.path = ${from} OR starts_with(d.path, ${to}) OR starts_with(d.path, ${parameter(`${folder}\\`)})`;
    });
    parts.push(places.length === 0 ? "false" : `(${places.join(" OR ")})`);
  }
  return { conditions: parts.map((part) => `AND ${part}`).join(" "), values };
}
