/**
 * Where tokens stand in their text: as the Rust tokenizers tell it, for every kind of tokenizer, for random compositions of all parts, on texts of
 * many scripts. FERRIS_FUZZ=20 tries twenty times as many.
 */
import { isThorough } from "@ferris/testing";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TokenPlaces } from "../../src/tokenizers/offsets/token-places.ts";
import { randomTokenizer } from "./support/compositions.ts";
import { filesOf, goldensFolder, minilmFolder } from "./support/goldens.ts";
import { hostileText, unspacedText } from "./support/hostile.ts";
import { randomFrom, type Random } from "./support/random.ts";
import { RustTokenizer } from "./support/rust.ts";
import { byteLevelVariants, characterVariants, unigramVariants, wordpieceVariants } from "./support/variants.ts";

const factor = Number(process.env["FERRIS_FUZZ"] ?? (isThorough ? 1 : 0.4));
const seed = Number(process.env["FERRIS_FUZZ_SEED"] ?? 1);
const timeout = 120_000 * Math.max(1, factor);

const written = [
  "",
  " ",
  "To rotate a key, create the second one first.",
  "Grüße aus São Paulo: naïve café, e\u0301te\u0301, Å ﬁ ½ ㎏ ǆ İstanbul ẞ",
  "東京都の天気は　晴れ。서울의 날씨 ไปเที่ยวกัน",
  "क्षत्रिय عَرَبِيّ עִבְרִית Ελληνικά Привет, мир",
  "👩‍👩‍👧 🇩🇪 a\u200db \u200e\u00ad x\u0000y\ufffd",
  "  two  spaces\tand\r\nlines\n",
  "D\u0307\u0323 q\u0307\u0323 \u1e0b\u0323 각 각",
  "1,000.50 €  don't re-use http://x.y/z?a=b",
];

function texts(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => (random.below(3) === 0 ? unspacedText(random) : hostileText(random)));
}

/** The first text whose places differ from Rust's, where the ids are the same. */
async function difference(json: Uint8Array, given: readonly string[]): Promise<unknown> {
  const rust = await new RustTokenizer(json).places(given);
  const ours = new TokenPlaces(filesOf(json));
  for (const [i, text] of given.entries()) {
    const places = ours.of(text, "character");
    const expected = rust[i]!;
    const got = { ids: places.map(({ id }) => id), offsets: places.map(({ start, end }) => [start, end]) };
    if (JSON.stringify(got) !== JSON.stringify(expected)) return { text: JSON.stringify(text), got, expected };
  }
  return null;
}

const read = (folder: string): Uint8Array => readFileSync(`${folder}/tokenizer.json`);
const published: [string, Uint8Array][] = [
  ["MiniLM", read(minilmFolder)],
  ...["mpnet", "roberta", "xlm-roberta"].map((name): [string, Uint8Array] => [
    name,
    read(`${goldensFolder}tiny/${name}`),
  ]),
];

describe("published kinds of tokenizers", () => {
  it.each(published)("%s", { timeout }, async (_, json) => {
    expect(await difference(json, [...written, ...texts(randomFrom(seed), 400 * factor)])).toBeNull();
  });

  const variants = [...wordpieceVariants, ...unigramVariants, ...byteLevelVariants, ...characterVariants];
  it.each(variants.map((variant) => [variant.name, variant.json] as const))("%s", { timeout }, async (_, json) => {
    expect(await difference(json, [...written, ...texts(randomFrom(seed + 1), 60 * factor)])).toBeNull();
  });
});

describe("random compositions", () => {
  it("have Rust's places", { timeout }, async () => {
    const found: unknown[] = [];
    let compared = 0;
    for (let round = 0; round < 60 * factor && found.length < 3; round++) {
      const random = randomFrom(seed * 200_000 + round);
      const json = randomTokenizer(random);
      const bytes = new TextEncoder().encode(JSON.stringify(json));
      try {
        void new RustTokenizer(bytes);
      } catch {
        continue;
      }
      const wrong = await difference(bytes, [...written, ...texts(random, 30)]);
      compared++;
      const { normalizer, pre_tokenizer: pre, post_processor: post, added_tokens: added } = json;
      if (wrong !== null)
        found.push({ round, ...(wrong as object), parts: JSON.stringify({ normalizer, pre, post, added }) });
    }
    expect(found).toEqual([]);
    expect(compared).toBeGreaterThan(20 * factor);
  });
});

it("are in bytes of UTF-8 unless asked otherwise", () => {
  const places = new TokenPlaces(filesOf(read(minilmFolder)));
  const inBytes = places.of("é key");
  expect(inBytes.map(({ start, end }) => [start, end])).toEqual([
    [0, 2],
    [3, 6],
  ]);
  expect(places.of("é key", "character").map(({ start, end }) => [start, end])).toEqual([
    [0, 1],
    [2, 5],
  ]);
});
