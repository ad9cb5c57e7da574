/** Names of clusters: what is frequent in one and rare in the others, as it is written. */
import { expect, test } from "vitest";
import { ClusterWords } from "../../src/map/cluster-words.ts";

function namesOf(texts: readonly (readonly string[])[], count = 3): string[][] {
  const words = new ClusterWords(texts.length);
  texts.forEach((own, cluster) => own.forEach((text) => words.add(text, [cluster])));
  const places = texts.map((_, i) => i);
  const sizes = texts.map((own) => own.length);
  return places.map((place) => words.wordsOf(place, places, sizes, count));
}

test("words of one cluster, whole and as they are written; words of all are none's", () => {
  const names = namesOf([
    ["The kernel runs on the GPU system", "A GPU kernel in our system", "Kernels for every GPU and system"],
    ["Knead the bread in the system", "Breads rise; the system waits", "The bread and its oven system"],
  ]);
  expect(names[0]!.slice(0, 2).toSorted()).toEqual(["GPU", "kernel"]);
  expect(names[1]![0]).toBe("bread");
  expect(names.flat()).not.toContain("system");
});

test("in other languages, by their own stems and without their own small words", () => {
  const names = namesOf([
    [
      "Der Vertrag wird von den Parteien gekündigt und ist nicht gültig",
      "Die Verträge sind von den Parteien zu kündigen oder nicht",
    ],
    [
      "Das Brot ist mit dem Mehl und der Hefe zu backen",
      "Die Brote werden mit Mehl im Ofen gebacken und nicht gekocht",
    ],
  ]);
  expect(names[0]).toContain("parteien");
  expect(names.flat()).not.toContain("nicht");
  expect(names[1]).toContain("mehl");
});

test("of scripts without spaces", () => {
  const names = namesOf([
    ["東京の天気は晴れです", "東京の天気が雨になる"],
    ["小麦粉でパンを焼く", "パンと小麦粉を混ぜる"],
  ]);
  expect(names[0]!.join(" ")).toContain("天気");
  expect(names[1]!.join(" ")).toContain("小麦");
});

test("without words there is no name", () => {
  expect(namesOf([["1234 5678", "— … !!"], []])).toEqual([[], []]);
});
