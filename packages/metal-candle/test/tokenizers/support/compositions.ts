/** Random tokenizer.json files of every part that the Rust tokenizers have, put together as nobody has published them. */
import { readFileSync } from "node:fs";
import { goldensFolder, minilmFolder } from "./goldens.ts";
import type { Random } from "./random.ts";

type Json = Record<string, unknown>;

const read = (folder: string): Json => JSON.parse(readFileSync(`${folder}/tokenizer.json`, "utf8")) as Json;
const minilm = read(minilmFolder);
const xlmr = read(`${goldensFolder}tiny/xlm-roberta`);
const roberta = read(`${goldensFolder}tiny/roberta`);

const behaviors = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"];

/** Patterns as published tokenizers have them, and what else regular expressions of this kind can say. */
export const patterns: readonly string[] = [
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`[一-龥぀-ゟ゠-ヿ]+`,
  String.raw`\p{N}{1,3}`,
  String.raw`\s?[A-Za-z\u00e0-\u00ff]+`,
  String.raw`\d+|\D+?[.!?]`,
  String.raw` {2,}`,
  String.raw`\s+`,
  String.raw`[\r\n]`,
  String.raw`\w+|[^\w\s]+`,
  String.raw`\p{P}|\p{S}`,
  String.raw`[!-/:-@\[-\x60{-~]`,
  String.raw`(?:ab|a)(?:c|bc)?`,
  String.raw`\p{Han}`,
  String.raw`[\p{M}\u200d]+`,
];

export function randomTokenizer(random: Random): Json {
  const json = { ...random.pick([minilm, minilm, xlmr, roberta]) };
  const some = (make: (random: Random) => Json, most: number): Json[] =>
    Array.from({ length: random.below(most + 1) }, () => make(random));
  json["normalizer"] = sequence("normalizers", some(normalizer, 3));
  json["pre_tokenizer"] = sequence("pretokenizers", some(preTokenizer, 3));
  json["model"] = model(random, json["model"] as Json);
  // One of them is looked for in normalised text: where two become the same there, Rust itself takes one or the other.
  const added = some(addedToken, 4).map((token, index) => ({
    ...token,
    normalized: index === 0 && random.below(2) === 0,
  }));
  json["added_tokens"] = [
    ...(json["added_tokens"] as Json[]).map((token) => ({ ...token, normalized: false })),
    ...added,
  ].map((token, index) => ({ ...token, id: index }));
  json["truncation"] = null;
  json["padding"] = null;
  return json;
}

function sequence(key: string, parts: Json[]): Json | null {
  if (parts.length === 0) return null;
  return parts.length === 1 ? parts[0]! : { type: "Sequence", [key]: parts };
}

function normalizer(random: Random): Json {
  const flag = (): boolean => random.below(2) === 0;
  return random.pick<() => Json>([
    () => ({ type: random.pick(["NFC", "NFD", "NFKC", "NFKD"]) }),
    () => ({ type: random.pick(["NFC", "NFD", "NFKC", "NFKD"]) }),
    () => ({ type: random.pick(["Lowercase", "StripAccents", "Nmt", "ByteLevel"]) }),
    () => ({ type: "Strip", strip_left: flag(), strip_right: flag() }),
    () => ({ type: "Prepend", prepend: random.pick(["▁", " ", "ab"]) }),
    () => ({
      type: "Replace",
      pattern: { String: random.pick([" ", "e", "\n", "the"]) },
      content: random.pick(["▁", "", "ß "]),
    }),
    () => ({ type: "Replace", pattern: { Regex: random.pick(patterns) }, content: random.pick([" ", "", "xy"]) }),
    () => ({
      type: "BertNormalizer",
      clean_text: flag(),
      handle_chinese_chars: flag(),
      strip_accents: random.pick([null, true, false]),
      lowercase: flag(),
    }),
    () => {
      const charsmap = xlmr["normalizer"] as Json;
      return charsmap["type"] === "Precompiled" ? charsmap : { type: "NFKC" };
    },
  ])();
}

function preTokenizer(random: Random): Json {
  const flag = (): boolean => random.below(2) === 0;
  return random.pick<() => Json>([
    () => ({ type: random.pick(["BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts"]) }),
    () => ({ type: "Digits", individual_digits: flag() }),
    () => ({ type: "Punctuation", behavior: random.pick(behaviors) }),
    () => ({ type: "CharDelimiterSplit", delimiter: random.pick(["e", " ", "-", "中"]) }),
    () => ({ type: "FixedLength", length: 1 + random.below(6) }),
    () => ({ type: "ByteLevel", add_prefix_space: flag(), trim_offsets: true, use_regex: flag() }),
    () => ({
      type: "Metaspace",
      replacement: random.pick(["▁", "_"]),
      prepend_scheme: random.pick(["always", "first", "never"]),
      split: flag(),
    }),
    () => ({
      type: "Split",
      pattern: random.pick([{ String: random.pick([" ", "e", "th"]) }, { Regex: random.pick(patterns) }]),
      behavior: random.pick(behaviors),
      invert: flag(),
    }),
    () => ({
      type: "Split",
      pattern: { Regex: random.pick(patterns) },
      behavior: random.pick(behaviors),
      invert: flag(),
    }),
  ])();
}

function model(random: Random, before: Json): Json {
  const flag = (): boolean => random.below(2) === 0;
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  switch (before["type"]) {
    case "WordPiece": {
      if (random.below(4) > 0) return before;
      return { type: "WordLevel", vocab: before["vocab"], unk_token: "[UNK]" };
    }
    case "Unigram": {
      const vocab = before["vocab"] as [string, number][];
      const fallback = flag();
      return {
        ...before,
        byte_fallback: fallback,
        vocab: fallback ? [...vocab, ...bytes.map((token) => [token, -20] as [string, number])] : vocab,
      };
    }
    default: {
      const vocab = { ...(before["vocab"] as Record<string, number>) };
      const size = Object.keys(vocab).length;
      const fallback = flag();
      if (fallback) for (const [index, token] of bytes.entries()) vocab[token] = size + index;
      return {
        ...before,
        vocab,
        byte_fallback: fallback,
        ignore_merges: flag(),
        fuse_unk: flag(),
        unk_token: random.pick([null, "<unk>"]),
      };
    }
  }
}

function addedToken(random: Random): Json {
  const flag = (): boolean => random.below(3) === 0;
  return {
    content: random.pick(["GPU", "the", "[the]", "<s>", "中", "É", " x", "-e", "3.14", "<UNK>", "a "]),
    single_word: flag(),
    lstrip: flag(),
    rstrip: flag(),
    special: flag(),
  };
}
