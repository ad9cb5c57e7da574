/** The cached form of a tokenizer: the same ids as from the file, and nothing taken from an entry that is not sound. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeTokenizer, encodeTokenizer, smallestCached } from "../../src/tokenizers/binary-cache.ts";
import { readByteLevelVocabulary } from "../../src/tokenizers/byte-level-bpe/settings.ts";
import { readCharacterVocabulary } from "../../src/tokenizers/character-bpe/settings.ts";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import { readTokenizerJson } from "../../src/tokenizers/tokenizer-json.ts";
import { readUnigramVocabulary } from "../../src/tokenizers/unigram/settings.ts";
import { encodeAll } from "./support/encode.ts";
import { filesOf, goldensFolder, readJson, goldenTexts, tokenizerFiles } from "./support/goldens.ts";

const xlmr = `${goldensFolder}tiny/xlm-roberta`;

function parsed() {
  const json = readTokenizerJson(readJson(`${xlmr}/tokenizer.json`));
  return { json, vocabulary: readUnigramVocabulary(json.model)! };
}

function decodedUnigram(bytes: Uint8Array<ArrayBuffer>) {
  const decoded = decodeTokenizer(bytes)!;
  if (decoded.vocabulary.kind !== "unigram") throw new Error(`the entry is ${decoded.vocabulary.kind}`);
  return { ...decoded, vocabulary: decoded.vocabulary };
}

describe("an entry", () => {
  it("holds the vocabulary and the rest of the file", () => {
    const tokenizer = parsed();
    const decoded = decodedUnigram(encodeTokenizer(tokenizer));
    expect(decoded.vocabulary.scores).toEqual(tokenizer.vocabulary.scores);
    expect(decoded.vocabulary.trie.arrays).toEqual(tokenizer.vocabulary.trie.arrays);
    expect(decoded.json).toEqual({ ...tokenizer.json, model: { ...tokenizer.json.model, vocab: [] } });
  });

  it("is read wherever it lies in its buffer", () => {
    const entry = encodeTokenizer(parsed());
    const shifted = new Uint8Array(entry.length + 3).subarray(3);
    shifted.set(entry);
    expect(decodedUnigram(shifted).vocabulary.scores.length).toBe(3000);
  });

  const damages: [string, (bytes: Uint8Array<ArrayBuffer>, words: Uint32Array) => Uint8Array<ArrayBuffer>][] = [
    ["empty", () => new Uint8Array(0)],
    ["cut", (bytes) => bytes.subarray(0, bytes.length - 1)],
    ["longer", (bytes) => Uint8Array.from([...bytes, 0])],
    ["of another layout", (bytes, words) => (words[0]!++, bytes)],
    ["announcing a longer header", (bytes, words) => ((words[1] = 0xfffffff0), bytes)],
    ["announcing more arrays", (bytes, words) => (words[2]!++, bytes)],
    ["announcing 4 billion arrays", (bytes, words) => ((words[2] = 0xffffffff), bytes)],
    ["with an array of a type that does not exist", (bytes, words) => ((words[4] = 9), bytes)],
    ["with an array of another type", (bytes, words) => ((words[8] = 1), bytes)],
    ["announcing more pieces", (bytes, words) => (words[5]!++, bytes)],
    ["announcing 4 billion nodes", (bytes, words) => ((words[7] = 0xffffffff), bytes)],
  ];
  it.each(damages)("%s is refused", (_, damage) => {
    const bytes = encodeTokenizer(parsed());
    expect(decodeTokenizer(damage(bytes, new Uint32Array(bytes.buffer, 0, 12)))).toBeNull();
  });

  it("with an index out of its bounds is refused, whichever it is", () => {
    const sound = parsed();
    const { trie, scores } = sound.vocabulary;
    const { firstChild, ids } = trie.arrays;
    const damaged: [Uint32Array | Int32Array, number, number][] = [
      [firstChild, 0, 0],
      [firstChild, 5, 5],
      [firstChild, 5, firstChild.length],
      [firstChild, firstChild.length - 1, firstChild.length],
      [ids, 9, scores.length],
      [ids, 9, -2],
    ];
    for (const [array, at, value] of damaged) {
      const before = array[at]!;
      array[at] = value;
      expect(decodeTokenizer(encodeTokenizer(sound))).toBeNull();
      array[at] = before;
    }
    expect(decodeTokenizer(encodeTokenizer(sound))).not.toBeNull();
  });
});

describe("an entry of BPE", () => {
  const bytesOf = (folder: string) => {
    const json = readTokenizerJson(readJson(`${goldensFolder}tiny/${folder}/tokenizer.json`));
    return { json, vocabulary: (readByteLevelVocabulary(json) ?? readCharacterVocabulary(json))! };
  };

  it.each(["qwen3", "gemma3-text", "modernbert"])("holds the vocabulary and the rest of the file: %s", (folder) => {
    const tokenizer = bytesOf(folder);
    const decoded = decodeTokenizer(encodeTokenizer(tokenizer))!;
    expect(decoded.vocabulary).toEqual(tokenizer.vocabulary);
    const { merges: _, ...model } = tokenizer.json.model;
    expect(decoded.json).toEqual({ ...tokenizer.json, model: { ...model, vocab: [] } });
  });

  it.each([
    ["merges", -1],
    ["merges", 100_000],
    ["byteTokens", 100_000],
    ["characters", 0x110000],
  ] as const)("with %s that has %i is refused", (name, value) => {
    const { json, vocabulary } = bytesOf("gemma3-text");
    if (vocabulary.kind !== "characters") throw new Error(vocabulary.kind);
    const array = vocabulary[name].slice();
    array[4] = value;
    expect(decodeTokenizer(encodeTokenizer({ json, vocabulary: { ...vocabulary, [name]: array } }))).toBeNull();
  });
});

describe.each(["xlm-roberta", "qwen3", "gemma3-text"])("opening a large tokenizer: %s", (kind) => {
  // Spaces make a file large that is otherwise small; the hash says which file it is.
  const folder = `${goldensFolder}tiny/${kind}`;
  const text = new TextDecoder().decode(tokenizerFiles(folder).json);
  const files = filesOf(new TextEncoder().encode(text + " ".repeat(smallestCached - text.length)));
  const before = process.env["METAL_CANDLE_CACHE"];
  let cache: string;

  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "tokenizers-"));
    process.env["METAL_CANDLE_CACHE"] = cache;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env["METAL_CANDLE_CACHE"];
    else process.env["METAL_CANDLE_CACHE"] = before;
    await rm(cache, { recursive: true });
  });

  async function entry(): Promise<string> {
    const [name, ...others] = await readdir(join(cache, "tokenizers"));
    expect(others).toEqual([]);
    return join(cache, "tokenizers", name!);
  }

  it("keeps it, and the next time does not read tokenizer.json", async () => {
    const first = encodeAll(await openTokenizer(files), goldenTexts);
    await entry();
    // The file's bytes are no JSON now: only the cache can answer.
    const unreadable = { ...files, json: new Uint8Array(smallestCached) };
    expect(encodeAll(await openTokenizer(unreadable), goldenTexts)).toEqual(first);
  });

  it("does not take another file's entry", async () => {
    await openTokenizer(files);
    await expect(openTokenizer({ ...filesOf(new Uint8Array(smallestCached)) })).rejects.toThrow(/not JSON/);
  });

  it("reads the file again where the entry is damaged, and mends it", async () => {
    const expected = encodeAll(await openTokenizer(files), goldenTexts);
    const path = await entry();
    const sound = await readFile(path);
    for (const damage of [sound.subarray(0, 100), Buffer.from(sound).fill(7, 5000, 5004), Buffer.alloc(0)]) {
      await writeFile(path, damage);
      expect(encodeAll(await openTokenizer(files), goldenTexts)).toEqual(expected);
      expect((await readFile(path)).equals(sound)).toBe(true);
    }
  });

  it("works where nothing can be kept", async () => {
    process.env["METAL_CANDLE_CACHE"] = "/dev/null/nowhere";
    expect(encodeAll(await openTokenizer(files), goldenTexts).length).toBe(goldenTexts.length);
  });
});
