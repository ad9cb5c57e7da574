/** The parts of Unigram on their own: the character map's quirks and clusters against Rust, the best path against all paths. */
import { precompiled } from "tokenizers";
import { describe, expect, it } from "vitest";
import { Charsmap } from "../../src/tokenizers/unigram/charsmap.ts";
import { wellFormed } from "../../src/tokenizers/unicode/code-points.ts";
import { buildTrie, PieceTrie } from "../../src/tokenizers/unigram/piece-trie.ts";
import { asRustReads } from "../../src/tokenizers/unigram/settings.ts";
import { UnitBuffer } from "../../src/tokenizers/unigram/unit-buffer.ts";
import { Viterbi } from "../../src/tokenizers/unigram/viterbi.ts";
import { goldensFolder, readJson } from "./support/goldens.ts";
import { hostileText } from "./support/hostile.ts";
import { randomFrom } from "./support/random.ts";

const buffer = new UnitBuffer();

function normalize(charsmap: Charsmap, text: string): string {
  buffer.clear();
  charsmap.append(text, 0, text.length, buffer);
  return String.fromCharCode(...buffer.units.subarray(1, buffer.end));
}

describe("the character map of XLM-RoBERTa", () => {
  const { normalizer } = readJson(`${goldensFolder}tiny/xlm-roberta/tokenizer.json`) as {
    normalizer: { precompiled_charsmap: string };
  };
  const bytes = Buffer.from(normalizer.precompiled_charsmap, "base64");
  const ours = new Charsmap(bytes);
  const rust = precompiled([...bytes]);

  it.each([
    ["½", "1⁄2"],
    // The shortest entry replaces the whole cluster: the accent is lost.
    ["½\u0301", "1⁄2"],
    // Six bytes and more: each character alone.
    ["½\u0301\u0302", "1⁄2\u0301\u0302"],
    ["e\u0301", "é"],
    ["e\u0301\u0302", "é"],
    ["ＡＢＣ　ｄ", "ABC d"],
    ["a\tb\r\nc", "a b c"],
    ["\u200b\ufeff", "  "],
    ["\ud800", " "],
    ["", ""],
  ])("makes of %j %j", (text, expected) => {
    expect(normalize(ours, text)).toBe(expected);
  });

  it("gives what Rust gives for every code point, alone and before an accent", () => {
    const wrong: string[] = [];
    let block: string[] = [];
    for (let c = 1; c < 0x110000; c++) {
      if (c < 0xd800 || c > 0xdfff) block.push(String.fromCodePoint(c));
      if (block.length < 1024 && c !== 0x10ffff) continue;
      // No cluster reaches across a line's end.
      const text = block.map((character) => `${character}\n${character}\u0301`).join("\n");
      if (normalize(ours, text) !== rust.normalizeString(text)) wrong.push(`in the block up to ${c.toString(16)}`);
      block = [];
    }
    expect(wrong).toEqual([]);
  });

  it("gives what Rust gives for hostile texts", () => {
    const random = randomFrom(2);
    for (let i = 0; i < 5000; i++) {
      const text = wellFormed(hostileText(random));
      expect(normalize(ours, text)).toBe(rust.normalizeString(text));
    }
  });
});

describe("a character map with an entry for every first byte", () => {
  // Writes one "Z" a cluster below six bytes and one a code point of longer ones, so that clusters can be counted.
  const units = new Uint32Array(1024);
  units[0] = 256 << 10;
  for (let byte = 1; byte < 256; byte++) {
    units[256 ^ byte] = (byte | (1 << 8) | ((256 ^ byte ^ (512 | byte)) << 10)) >>> 0;
    units[512 | byte] = 0x80000000;
  }
  const bytes = new Uint8Array(4 + units.byteLength + 2);
  new DataView(bytes.buffer).setUint32(0, units.byteLength, true);
  bytes.set(new Uint8Array(units.buffer), 4);
  bytes[4 + units.byteLength] = "Z".charCodeAt(0);
  const ours = new Charsmap(bytes);
  const rust = precompiled([...bytes]);

  it("counts clusters", () => {
    expect(normalize(ours, "ae\u0301\r\n\n")).toBe("ZZZZ");
  });

  it("finds the clusters that Rust finds, in any mixture of what can join", () => {
    const random = randomFrom(4);
    const joining = Array.from(
      "a\r\n\u0001\u0300\u0308\u0600\u0903\u0915\u0928\u094d\u0a4d\u093c\u1100\u1161\u11a8\uac00\uac01\u1b44\u1b13" +
        "\u200c\u200d\u00a9\u00ae\u231a\u2764\ufe0f\u0e33\u0d4e\u{1f1e6}\u{1f468}\u{1f3fd}\u{e0041}\u{11303}\u{11f02}\u{110bd}½",
    );
    const wrong: string[] = [];
    for (let i = 0; i < 200_000; i++) {
      let text = "";
      for (let length = 1 + random.below(6); length > 0; length--) text += random.pick(joining);
      if (normalize(ours, text) !== rust.normalizeString(text)) wrong.push(JSON.stringify(text));
    }
    expect(wrong).toEqual([]);
  });
});

describe("Viterbi", () => {
  const random = randomFrom(6);
  const pieces = ["<unk>", "a", "b", "ab", "ba", "aba", "bab", "abab", "c😀", "😀", "▁", "▁a", "▁ab", "▁x"];
  const scores = Float64Array.from(pieces, (_, id) => (id === 0 ? 0 : -1 - random.below(1000) / 37));
  const trie = new PieceTrie(buildTrie(pieces));
  const viterbi = new Viterbi(trie, scores, 0);
  const unknown = Math.min(...scores) - 10;

  /** The best sum over all segmentations of `characters`, by trying each. */
  function bestOf(characters: readonly string[]): number {
    if (characters.length === 0) return 0;
    let best = -Infinity;
    for (let length = 1; length <= characters.length; length++) {
      const id = pieces.indexOf(characters.slice(0, length).join(""));
      const score = id >= 0 ? scores[id]! : length === 1 ? unknown : -Infinity;
      best = Math.max(best, score + bestOf(characters.slice(length)));
    }
    return best;
  }

  it("finds the best sum, and pieces that make up the word", () => {
    for (let i = 0; i < 2000; i++) {
      const characters = Array.from({ length: 1 + random.below(9) }, () =>
        random.pick(["a", "b", "b", "c", "😀", "▁", "x"]),
      );
      const word = characters.join("");
      const units = Uint16Array.from({ length: word.length }, (_, at) => word.charCodeAt(at));
      const count = viterbi.segment(units, 0, units.length);
      const ids = Array.from(viterbi.ids.subarray(0, count)).toReversed();
      // Each run of unknowns is one token: what the known ones leave of the word.
      const pattern = ids.map((id) => (id === 0 ? "(.+)" : pieces[id])).join("");
      const unknowns = new RegExp(`^${pattern}$`, "u").exec(word);
      expect(unknowns).not.toBeNull();
      const characterCount = Array.from(unknowns!.slice(1).join("")).length;
      const sum = ids.reduce((total, id) => total + (id === 0 ? 0 : scores[id]!), characterCount * unknown);
      expect(sum).toBeCloseTo(bestOf(characters), 9);
    }
  });

  it("takes words of any length", () => {
    const units = new Uint16Array(10_000).fill("x".charCodeAt(0));
    expect(viterbi.segment(units, 0, units.length)).toBe(1);
    expect(viterbi.ids[0]).toBe(0);
  });
});

describe("the trie", () => {
  it("finds every piece and no other, the last of equal ones", () => {
    const random = randomFrom(8);
    const pieces = ["", "▁", "a", "a", "\u{20000}", "\u{20000}b"];
    for (let i = 0; i < 3000; i++) {
      let piece = "";
      for (let length = 1 + random.below(4); length > 0; length--)
        piece += String.fromCharCode(0x61 + random.below(40));
      pieces.push(random.below(3) === 0 ? `▁${piece}` : piece);
    }
    const trie = new PieceTrie(buildTrie(pieces));
    const expected = new Map(pieces.map((piece, id) => [piece, id]));
    expected.delete("");
    for (const [piece, id] of expected) expect(trie.idOf(piece)).toBe(id);
    for (const other of ["", "zz!", "▁▁", "\u{20000}bb", "\ud840"]) expect(trie.idOf(other)).toBeUndefined();
  });
});

describe("asRustReads", () => {
  it("rounds digits and power of ten one after the other", () => {
    expect(asRustReads(0)).toBe(0);
    expect(asRustReads(-5)).toBe(-5);
    expect(asRustReads(-9.5)).toBe(-9.5);
    expect(asRustReads(1e-7)).toBe(1e-7);
    expect(asRustReads(1e21)).toBe(1e21);
    // 17 digits are more than 2^53: the last bit differs from JSON.parse's.
    expect(asRustReads(-10.327322959899902)).toBe(-(10327322959899902 / 1e15));
  });
});
