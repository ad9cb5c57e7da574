/** One-bit codes against a query: every width, every offset, against the sum written out. */
import { expect, test } from "vitest";
import { CodeScores } from "../../../src/store/sqlite/code-scores.ts";
import { randomFrom } from "../../documents/support/random-documents.ts";

test.each([384, 768, 100, 64, 30, 8, 1])(
  "codes of %i dimensions score the query's values at their ones",
  (dimensions) => {
    const random = randomFrom(dimensions);
    const codeBytes = Math.ceil(dimensions / 8);
    const scores = new CodeScores(dimensions, 50);
    for (const scale of [1, 1e-3, 40]) {
      const query = new Float32Array(dimensions).map(() => scale * (random() - 0.4));
      // From an odd place on, as a database may give them; bits beyond the last dimension count nothing.
      const codes = new Uint8Array(codeBytes * 50 + 3).map(() => Math.floor(random() * 256)).subarray(3);
      scores.setQuery(query);
      for (const [code, score] of scores.score(codes).entries()) {
        const isSet = (i: number) => (codes[code * codeBytes + (i >> 3)] >> (i & 7)) & 1;
        const due = query.reduce((sum, value, i) => (isSet(i) ? sum + value : sum), 0);
        // Values are rounded to 6 bits: by half a step each at most, and not all to one side.
        const step = scale / 63;
        expect(Math.abs(score - due)).toBeLessThan(step * (0.6 + 2 * Math.sqrt(dimensions / 12)));
      }
    }
  },
);

test("a query whose values are all the same counts ones", () => {
  const scores = new CodeScores(16, 2);
  scores.setQuery(new Float32Array(16).fill(0.5));
  expect([...scores.score(Uint8Array.of(0xff, 0x01, 0, 0))]).toEqual([4.5, 0]);
});
