/** A passage, chunks that follow one another, as the result that it is shown as. */
import { linesOfChunk, linesOfChunks } from "./lines.ts";
import type { WordMatcher } from "./query/matcher.ts";
import type { FoundChunk, SearchResult } from "./result.ts";
import type { Passage } from "./select.ts";
import { makeSnippet } from "./snippet.ts";

/** @param matcher finds the words that the snippet is chosen by */
export function toResult(
  { best, chunks, copies }: Passage<FoundChunk>,
  rank: number,
  matcher: WordMatcher,
): SearchResult {
  const { chunk, evidence } = best;
  const members = chunks.map((member) => member.chunk);
  const lines = linesOfChunks(members);
  return {
    rank,
    ...evidence,
    chunkId: chunk.id,
    path: chunk.path,
    type: chunk.type,
    title: chunk.title,
    headingPath: chunk.headingPath,
    startLine: Math.min(...members.map(({ startLine }) => startLine)),
    endLine: Math.max(...members.map(({ endLine }) => endLine)),
    startColumn: members[0]!.startColumn,
    endColumn: members.at(-1)!.endColumn,
    lineBasis: chunk.lineBasis,
    page: chunk.page,
    isOcr: members.some((member) => member.isOcr),
    text: lines.map(({ text }) => text).join("\n"),
    lineNumbers: lines.map(({ number }) => number),
    snippet: makeSnippet(linesOfChunk(chunk), matcher),
    copies: copies.map(({ chunk: { path, startLine, endLine } }) => ({ path, startLine, endLine })),
  };
}
