/** A parsed document in a form that a test can spell out. */
import { expect } from "vitest";
import type { ParsedDocument } from "../../../src/documents/document.ts";

/** "kind [A > B] text" of each block; checks on the way that blocks are in order and within the content. */
export function outline({ content, blocks }: ParsedDocument): string[] {
  let position = 0;
  return blocks.map(({ kind, start, end, headingPath, page }) => {
    expect(start).toBeGreaterThanOrEqual(position);
    expect(end).toBeGreaterThan(start);
    position = end;
    expect(end).toBeLessThanOrEqual(content.length);
    const where = page === undefined ? headingPath.join(" > ") : `${page}: ${headingPath.join(" > ")}`;
    return `${kind} [${where}] ${content.slice(start, end)}`;
  });
}
