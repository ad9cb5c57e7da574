/** Addresses of documents and their passages: by path and lines, so that a link holds when the index is made anew. */
import { linkTo } from "../router.ts";

export interface PassagePlace {
  readonly path: string;
  readonly startLine?: number;
  readonly endLine?: number;
  readonly page?: number | null;
  /** Within the first line, where that is long. */
  readonly startColumn?: number | null;
  /** Where there are several. */
  readonly index?: string | undefined;
}

export function documentLink({ path, startLine, endLine, startColumn, page, index }: PassagePlace): string {
  return linkTo("document", { path, lines: linesOf(startLine, endLine), column: startColumn, page, index });
}

export function relatedLink({ path, startLine, index }: PassagePlace): string {
  return linkTo("related", { path, line: startLine, index });
}

function linesOf(first: number | undefined, last: number | undefined): string | null {
  if (first === undefined) return null;
  return last === undefined || last === first ? String(first) : `${first}-${last}`;
}

/** The place that an address names. */
export function placeOf(query: URLSearchParams): PassagePlace {
  const [, first, last] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(query.get("lines") ?? "") ?? [];
  const [page, column] = [wholeNumber(query.get("page")), wholeNumber(query.get("column"))];
  return {
    path: query.get("path") ?? "",
    ...(first !== undefined && { startLine: Number(first), endLine: Number(last ?? first) }),
    page,
    startColumn: column,
    index: query.get("index") ?? undefined,
  };
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}
