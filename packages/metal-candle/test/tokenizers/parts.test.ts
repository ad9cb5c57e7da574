/** Small parts that the tokenizers share: added tokens, the hash tables, byte-pair merges. */
import { processorTime } from "@ferris/testing";
import { describe, expect, it } from "vitest";
import { AddedTokens, resolveAddedTokens } from "../../src/tokenizers/added-tokens.ts";
import { Merger } from "../../src/tokenizers/bpe/merger.ts";
import { hashPrime, hashSeed } from "../../src/tokenizers/unit-hash.ts";
import { WordTable } from "../../src/tokenizers/word-table.ts";
import { randomFrom } from "./support/random.ts";

const flags = { id: 0, single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };

/** [id, start, end] of everything found. */
function find(tokens: AddedTokens, text: string): number[][] {
  const found: number[][] = [];
  tokens.search(text);
  while (tokens.next()) found.push([tokens.id, tokens.start, tokens.end]);
  return found;
}

function added(...tokens: Partial<typeof flags & { content: string }>[]): AddedTokens {
  const list = tokens.map((token, i) => ({ ...flags, content: "", ...token, id: i }));
  return new AddedTokens(
    resolveAddedTokens(
      { addedTokens: list, splitsSpecialTokens: false, specialTokens: [] },
      100,
      () => undefined,
      (content) => content,
    ).raw,
  );
}

describe("added tokens", () => {
  it("are found leftmost, then longest, without overlap", () => {
    const tokens = added({ content: "<a>" }, { content: "<a><b>" }, { content: "b" });
    expect(find(tokens, "x<a><b>b<a>")).toEqual([
      [101, 1, 7],
      [102, 7, 8],
      [100, 8, 11],
    ]);
    expect(find(tokens, "<a")).toEqual([]);
    expect(find(tokens, "")).toEqual([]);
  });

  it("take in white space, but none twice", () => {
    const tokens = added({ content: "<l>", lstrip: true }, { content: "<r>", rstrip: true });
    expect(find(tokens, "a \t<l> <r>\u3000<l>b")).toEqual([
      [100, 1, 6],
      [101, 7, 11],
      [100, 11, 14],
    ]);
  });

  it("stand alone where they ask for it", () => {
    const tokens = added({ content: "ab", single_word: true });
    expect(find(tokens, "ab abc cab ab. éab ab😀 _ab")).toEqual([
      [100, 0, 2],
      [100, 11, 13],
      [100, 19, 21],
    ]);
  });

  it("cost one pass, however many there are", () => {
    const tokens = added({ content: "<a>" }, { content: "[b]" }, { content: "é" });
    const start = processorTime();
    expect(find(tokens, "<a>".repeat(200_000)).length).toBe(200_000);
    expect(processorTime() - start).toBeLessThan(5000);
  });

  it("have the model's ids, else the next free ones, whatever the file says", () => {
    const { raw, normalized } = resolveAddedTokens(
      {
        splitsSpecialTokens: false,
        specialTokens: [],
        addedTokens: [
          { ...flags, content: "[CLS]", id: 7 },
          { ...flags, content: "New", id: 9, normalized: true },
          { ...flags, content: "[X]", id: 5 },
          { ...flags, content: "", id: 6 },
          { ...flags, content: "[X]", id: 5, lstrip: true },
        ],
      },
      50,
      (content) => (content === "[CLS]" ? 3 : undefined),
      (content) => content.toLowerCase(),
    );
    expect(raw.map(({ content, id, lstrip }) => [content, id, lstrip])).toEqual([
      ["[CLS]", 3, false],
      ["[X]", 51, true],
    ]);
    expect(normalized.map(({ pattern, id }) => [pattern, id])).toEqual([["new", 50]]);
  });
});

describe("the word table", () => {
  const units = new Uint16Array(5);

  /** Puts a word of five units, made of two numbers, into `units`; returns its hash. */
  function makeWord(word: number, round: number): number {
    for (let i = 0; i < 4; i++) units[i] = 0x61 + ((word >> (4 * i)) & 15);
    units[4] = round;
    return units.reduce((hash, unit) => Math.imul(hash ^ unit, hashPrime), hashSeed);
  }

  it("gives back what was added, forgets everything when it is full, and goes on", () => {
    const table = new WordTable();
    let wrong = 0;
    let forgotten = 0;
    for (let round = 0; round < 4; round++) {
      for (let word = 0; word < 1 << 16; word++) {
        const hash = makeWord(word, round);
        if (table.find(units, 0, 5, hash) !== -1) wrong++;
        const place = table.add(units, 0, 5, hash, [word, round], 2);
        if (table.find(units, 0, 5, hash) !== place || (place & 0xff) !== 2) wrong++;
        if (table.ids[place >>> 8] !== word || table.ids[(place >>> 8) + 1] !== round) wrong++;
        if (forgotten === 0 && table.find(units, 0, 5, makeWord(0, 0)) < 0) forgotten = round * (1 << 16) + word;
      }
    }
    expect(wrong).toBe(0);
    // At 60 % of 2^18 words.
    expect(forgotten).toBe(Math.floor(0.6 * 2 ** 18));
  });
});

describe("byte-pair merges", () => {
  const random = randomFrom(9);
  const symbols = 6;
  const merges: { left: number; right: number; merged: number }[] = [];
  for (let next = symbols; next < 60; next++) {
    const [left, right] = [random.below(next), random.below(next)];
    if (!merges.some((merge) => merge.left === left && merge.right === right))
      merges.push({ left, right, merged: next });
  }

  const mergesOf = (list: typeof merges) =>
    Int32Array.from(list.flatMap(({ left, right, merged }) => [left, right, merged]));

  /** One merge at a time: the lowest rank, of equal ones the leftmost. */
  function slowly(word: readonly number[]): number[] {
    const ids = [...word];
    for (;;) {
      let best = { rank: Infinity, at: -1 };
      for (let at = 0; at + 1 < ids.length; at++) {
        const rank = merges.findIndex((merge) => merge.left === ids[at] && merge.right === ids[at + 1]);
        if (rank >= 0 && rank < best.rank) best = { rank, at };
      }
      if (best.at < 0) return ids;
      ids.splice(best.at, 2, merges[best.rank]!.merged);
    }
  }

  it("give what merging one pair at a time gives", () => {
    const merger = new Merger(mergesOf(merges));
    for (let i = 0; i < 3000; i++) {
      // Short words go another way than long ones.
      const length = 1 + random.below(i % 10 === 0 ? 120 : 24);
      const word = Array.from({ length }, () => random.below(symbols));
      merger.ids.set(word);
      const count = merger.merge(word.length);
      expect(Array.from(merger.ids.subarray(0, count))).toEqual(slowly(word));
    }
  });

  it("take words of any length", () => {
    const merger = new Merger(mergesOf([{ left: 0, right: 0, merged: 1 }]));
    merger.makeRoom(100_001);
    merger.ids.fill(0, 0, 100_001);
    expect(merger.merge(100_001)).toBe(50_001);
    expect(merger.ids[49_999]).toBe(1);
    expect(merger.ids[50_000]).toBe(0);
  });
});
