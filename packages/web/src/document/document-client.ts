/** What the server says of a document: its lines as they were indexed, and its file as it is now. */
import { ApiError, call, callJson } from "../api.ts";
import type { PassagePlace } from "./document-link.ts";

export interface DocumentLine {
  readonly number: number;
  readonly text: string;
  /** From 1: where in a line `text` stands that is a later piece of it. */
  readonly column?: number;
  /** Where `text` begins in a line that is too long to be given whole, and how long that is. */
  readonly offset?: number;
  readonly length?: number;
}

export interface DocumentLines {
  readonly path: string;
  readonly type: string;
  readonly title: string | null;
  /** Whether lines are the file's, or those of the text taken out of it. */
  readonly lineBasis: "file" | "text";
  readonly lines: readonly DocumentLine[];
  readonly lastLine: number;
  readonly size: number;
  readonly modifiedTime: number;
  readonly stale?: "changed" | "gone" | null;
}

interface LinesOptions {
  readonly from: number;
  readonly count: number;
  /** Of a line that is too long: around which of its characters. */
  readonly column?: number | undefined;
  readonly signal?: AbortSignal;
}

export function documentLines(
  { path, index }: PassagePlace,
  { signal, ...range }: LinesOptions,
): Promise<DocumentLines> {
  return callJson("/documents/lines", { query: { path, index, ...range }, ...(signal && { signal }) });
}

/** The text of the file as it is now; null where it is too long, is not text, or is not there: its lines are then what there is. */
export async function documentText({ path, index }: PassagePlace, signal: AbortSignal): Promise<string | null> {
  try {
    return (await callJson<{ text: string }>("/documents/text", { query: { path, index }, signal })).text;
  } catch (error) {
    if (error instanceof ApiError && error.status !== 401) return null;
    throw error;
  }
}

export async function documentBlob({ path, index }: PassagePlace, type: string, signal: AbortSignal): Promise<Blob> {
  const response = await call("/documents/file", { query: { path, index }, signal });
  return new Blob([await response.arrayBuffer()], { type });
}

export async function openInEditor({ path, index, startLine }: PassagePlace): Promise<void> {
  await callJson("/documents/open", { body: { path, index, line: startLine ?? 1 } });
}
