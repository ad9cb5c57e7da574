/** One model on both devices: how fast, and that they agree. */
import { fileURLToPath } from "node:url";
import { describeGpu } from "@ferris/testing";
import { expect, test } from "vitest";
import { measureDevices, type MeasureNews } from "../../src/choosing/measure-devices.ts";

const tiny = fileURLToPath(new URL("../../../metal-candle/test/goldens/tiny/bert", import.meta.url));

describeGpu("GPU against CPU", () => {
  test("the same texts on both, and their vectors agree", async () => {
    const news: MeasureNews[] = [];
    const signal = AbortSignal.timeout(60_000);
    for await (const each of measureDevices(tiny, { load: { allowSoftwareAdapter: true }, loaded: null, signal })) {
      news.push(each);
    }
    const onEach = ["loading", "measuring", "measured"];
    expect(news.map((each) => each.news)).toEqual([...onEach, ...onEach, "done"]);
    expect((news.at(-1) as { agreement: number }).agreement).toBeGreaterThan(0.999);
  });
});
