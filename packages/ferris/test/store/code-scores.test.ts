/** One-bit codes against a query: every width, every offset, against the sum written out. */
import { expect, test } from "vitest";
import { CodeScores } from "../../src/store/code-scores.ts";
import { randomFrom } from "../documents/support/random-documents.ts";

test.each([384, 768, 100, 30, 8, 1])("scores of %i dimensions are the sums with the codes' signs", (dimensions) => {
  const random = randomFrom(dimensions);
  const query = new Float32Array(dimensions).map(() => random() - 0.5);
  const codeBytes = Math.ceil(dimensions / 8);
  // From an odd place on, as a database may give them.
  const codes = new Uint8Array(codeBytes * 50 + 3).map(() => Math.floor(random() * 256)).subarray(3);
  const scores = new Float32Array(50);
  new CodeScores(query, codeBytes).score(codes, scores);
  for (const [code, score] of scores.entries()) {
    const bit = (i: number) => (codes[code * codeBytes + (i >> 3)] >> (i & 7)) & 1;
    const due = query.reduce((sum, value, i) => sum + (bit(i) ? value : -value), 0);
    expect(score).toBeCloseTo(due, 4);
  }
});
