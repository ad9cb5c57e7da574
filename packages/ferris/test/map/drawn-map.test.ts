/** A map as bytes: back again as it was, and nothing at all of what somebody else has written there. */
import { expect, test } from "vitest";
import { decodeMap, type DrawnMap, encodeMap } from "../../src/map/drawn-map.ts";

const map: DrawnMap = {
  ids: Float64Array.of(3, 5, 90),
  positions: Float32Array.of(0, 0.5, -1, 1, 0.25, -0.125),
  levels: [
    { clusters: [{ words: ["käse", "brot"], x: 0, y: 0.5, size: 2 }], clusterOf: Uint16Array.of(0, 0, 65_535) },
    { clusters: [], clusterOf: Uint16Array.of(65_535, 65_535, 65_535) },
  ],
  drawnTime: 1_700_000_000_000,
  marks: [{ id: 3, values: [0.25, -1] }],
};

test("comes back as it was", () => {
  expect(decodeMap(encodeMap(map))).toEqual(map);
});

test("cut off anywhere it is no map", () => {
  const bytes = encodeMap(map);
  for (let length = 0; length < bytes.length; length++) expect(decodeMap(bytes.subarray(0, length))).toBeNull();
  expect(decodeMap(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeNull();
});

const withHeader = (header: unknown): Uint8Array => {
  const text = Buffer.from(JSON.stringify(header));
  const start = Buffer.from(encodeMap(map).subarray(0, 12));
  start.writeUInt32LE(text.length, 8);
  return Buffer.concat([start, text]);
};

test.each([
  ["another version", Buffer.concat([Buffer.from("FMAP"), Buffer.of(9, 0, 0, 0, 2, 0, 0, 0), Buffer.from("{}")])],
  ["a header beyond the end", Buffer.concat([Buffer.from("FMAP"), Buffer.of(1, 0, 0, 0, 255, 255, 255, 255)])],
  ["a header that is no object", withHeader(null)],
  ["fewer than no points", withHeader({ points: -1, drawnTime: 0, marks: [], levels: [] })],
  ["more points than there are", withHeader({ points: 1e15, drawnTime: 0, marks: [], levels: [] })],
  [
    "too many levels",
    withHeader({ points: 0, drawnTime: 0, marks: [], levels: Array.from({ length: 99 }, () => ({ clusters: [] })) }),
  ],
  [
    "a word that is no text",
    withHeader({ points: 0, drawnTime: 0, marks: [], levels: [{ clusters: [{ words: [{}], x: 0, y: 0, size: 1 }] }] }),
  ],
])("%s is no map", (_, bytes) => {
  expect(decodeMap(bytes)).toBeNull();
});

test.each([
  ["ids that go back", { ...map, ids: Float64Array.of(5, 3, 90) }],
  ["an id that is no number", { ...map, ids: Float64Array.of(3, Number.NaN, 90) }],
  ["a place that is no number", { ...map, positions: Float32Array.of(0, 0, Number.NaN, 0, 0, 0) }],
  ["a cluster that is not there", { ...map, levels: [{ clusters: [], clusterOf: Uint16Array.of(0, 0, 7) }] }],
])("%s is no map", (_, wrong) => {
  expect(decodeMap(encodeMap(wrong))).toBeNull();
});
