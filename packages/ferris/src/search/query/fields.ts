/**
 * Fields in a query as a filter on documents: path:docs/** type:pdf since:4w tag:draft date:2025-12 author:ada, each with a minus before it.
 */
import { isType } from "../../documents/parse/parse.ts";
import type { DocumentFilter, FieldTest } from "../../store/store.ts";
import { isGlob, sinceTime } from "../filter.ts";
import type { Token } from "./syntax.ts";

/** What the fields among `tokens` ask for together; undefined where there are none, or a value means nothing. */
export function fieldFilter(tokens: readonly Token[], now: number): DocumentFilter | undefined {
  const paths: string[] = [];
  const exclude: string[] = [];
  const types: string[] = [];
  const excludeTypes: string[] = [];
  const fields: FieldTest[] = [];
  let modifiedSince: number | undefined;
  for (const { field, text, isExcluded } of tokens) {
    if (field === undefined) continue;
    if (field === "path") {
      if (isGlob(text)) (isExcluded ? exclude : paths).push(text);
    } else if (field === "type") {
      if (isType(text.toLowerCase())) (isExcluded ? excludeTypes : types).push(text.toLowerCase());
    } else if (field === "since") {
      const since = isExcluded ? null : sinceTime(text, now);
      if (since !== null) modifiedSince = Math.max(since, modifiedSince ?? Number.NEGATIVE_INFINITY);
    } else fields.push({ name: field, value: text, isExcluded });
  }
  const filter: DocumentFilter = {
    ...(paths.length > 0 ? { paths } : {}),
    ...(exclude.length > 0 ? { exclude } : {}),
    ...(types.length > 0 ? { types } : {}),
    ...(excludeTypes.length > 0 ? { excludeTypes } : {}),
    ...(fields.length > 0 ? { fields } : {}),
    ...(modifiedSince === undefined ? {} : { modifiedSince }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}

/** Both must hold. */
export function bothFilters(
  one: DocumentFilter | undefined,
  other: DocumentFilter | undefined,
): DocumentFilter | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return { ...one, also: bothFilters(one.also, other) };
}
