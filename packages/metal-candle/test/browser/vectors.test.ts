/** Nearest vectors in a browser: the answers of Node, on the GPU path of a real page. */
import { join } from "node:path";
import { describeBrowser, openBrowserPage } from "@ferris/testing";
import { expect, onTestFinished, test } from "vitest";
import { checkValues } from "../../src/gpu/prove/kernel-check.ts";
import { GpuVectors, type Neighbour } from "../../src/vectors.ts";

describeBrowser("vectors in a page", (program) => {
  test("the nearest are those that Node finds", async () => {
    const dimensions = 48;
    const rows = checkValues(3000 * dimensions, 1);
    const queries = [checkValues(dimensions, 2), checkValues(dimensions, 3), rows.slice(0, dimensions)];
    const page = await openBrowserPage(program, { entry: join(import.meta.dirname, "vectors-page.ts"), folders: {} });
    onTestFinished(() => page.close());
    const plain = queries.map((query) => [...query]);
    const found = await page.call<Neighbour[][]>("nearest", dimensions, [...rows], plain, 20, 17);

    const vectors = await GpuVectors.open({ dimensions, allowSoftwareAdapter: true });
    onTestFinished(() => vectors.close());
    await vectors.write(0, rows);
    await vectors.clear([17]);
    for (const [i, query] of queries.entries()) {
      const expected = await vectors.nearest(query, 20);
      expect(found[i].map(({ slot }) => slot)).toEqual(expected.map(({ slot }) => slot));
      found[i].forEach(({ score }, at) => expect(score).toBeCloseTo(expected[at].score, 5));
    }
    expect(found[2][0].slot).toBe(0);
  });
});
