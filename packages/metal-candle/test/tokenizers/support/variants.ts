/**
 * tokenizer.json files that differ from the goldens' in one part each: the flags, components and added tokens that the published
 * models of these families have, and some that only an adversary would write.
 */
import { readFileSync } from "node:fs";
import { goldensFolder, minilmFolder } from "./goldens.ts";

type Json = Record<string, unknown>;

export interface Variant {
  readonly name: string;
  readonly json: Uint8Array;
  /** Which implementation must serve it. */
  readonly path: string;
}

const token = (content: string, flags: Json = {}): Json => ({
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: false,
  ...flags,
});

function variant(folder: string, path: string, name: string, change: (json: Json) => void): Variant {
  const json = JSON.parse(readFileSync(`${folder}/tokenizer.json`, "utf8")) as Json;
  change(json);
  return { name, path, json: new TextEncoder().encode(JSON.stringify(json)) };
}

const addTokens =
  (...tokens: Json[]) =>
  (json: Json): void => {
    json["added_tokens"] = [...(json["added_tokens"] as Json[]), ...tokens.map((t, i) => ({ id: 900_000 + i, ...t }))];
  };

const bert = (flags: Json) => (json: Json) => {
  json["normalizer"] = { ...(json["normalizer"] as Json), ...flags };
};

const wordPiece = (name: string, change: (json: Json) => void, path = "wordpiece"): Variant =>
  variant(minilmFolder, path, `WordPiece: ${name}`, change);

export const wordpieceVariants: readonly Variant[] = [
  wordPiece("cased, accents kept", bert({ lowercase: false })),
  wordPiece("cased, accents stripped", bert({ lowercase: false, strip_accents: true })),
  wordPiece("lower case, accents kept", bert({ strip_accents: false })),
  wordPiece("text not cleaned", bert({ clean_text: false })),
  wordPiece("ideographs in words", bert({ handle_chinese_chars: false })),
  wordPiece("nothing normalised", (json) => (json["normalizer"] = null)),
  wordPiece("Lowercase before a cased normaliser", (json) => {
    const cased = { ...(json["normalizer"] as Json), lowercase: false };
    json["normalizer"] = { type: "Sequence", normalizers: [{ type: "Lowercase" }, cased] };
  }),
  wordPiece("short words only, another prefix", (json) => {
    const model = json["model"] as Json;
    const vocab = Object.entries(model["vocab"] as Json).map(([piece, id]) => [piece.replace(/^##/, "@@"), id]);
    json["model"] = {
      ...model,
      vocab: Object.fromEntries(vocab) as Json,
      continuing_subword_prefix: "@@",
      max_input_chars_per_word: 5,
    };
  }),
  wordPiece("very long words", (json) => {
    json["model"] = { ...(json["model"] as Json), max_input_chars_per_word: 1000 };
  }),
  wordPiece("no post-processor", (json) => (json["post_processor"] = null)),
  wordPiece("BertProcessing", (json) => {
    json["post_processor"] = { type: "BertProcessing", sep: ["[SEP]", 102], cls: ["[CLS]", 101] };
  }),
  wordPiece(
    "added tokens of every kind",
    addTokens(
      token("GPU"),
      token("the", { single_word: true }),
      token("[the]", { lstrip: true, rstrip: true }),
      token("[the]the", { special: true }),
      token("中"),
      token("<s>", { normalized: true, special: true }),
      token("<UNK>", { normalized: true, lstrip: true, rstrip: true }),
      token("-e", { normalized: true }),
    ),
  ),
];

const unigram = (name: string, change: (json: Json) => void, path = "unigram"): Variant =>
  variant(`${goldensFolder}tiny/xlm-roberta`, path, `Unigram: ${name}`, change);

const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
const stripRight = { type: "Strip", strip_left: false, strip_right: true };
const collapse = (content: string): Json => ({ type: "Replace", pattern: { Regex: " {2,}" }, content });
const after = (json: Json, ...normalizers: Json[]): void => {
  json["normalizer"] = { type: "Sequence", normalizers: [json["normalizer"], ...normalizers] };
};

export const unigramVariants: readonly Variant[] = [
  unigram("Metaspace alone", (json) => (json["pre_tokenizer"] = metaspace)),
  unigram("Metaspace alone, spaces collapsed", (json) => {
    after(json, collapse(" "));
    json["pre_tokenizer"] = { type: "Metaspace", replacement: "▁", add_prefix_space: true };
  }),
  unigram("Metaspace alone, stripped, spaces collapsed to ▁", (json) => {
    after(json, stripRight, collapse("▁"));
    json["pre_tokenizer"] = metaspace;
  }),
  unigram("stripped on both sides", (json) => {
    after(json, { type: "Strip", strip_left: true, strip_right: true });
    json["pre_tokenizer"] = metaspace;
  }),
  unigram("add_prefix_space of older files", (json) => {
    json["pre_tokenizer"] = {
      type: "Sequence",
      pretokenizers: [
        { type: "WhitespaceSplit" },
        { type: "Metaspace", replacement: "▁", str_rep: "▁", add_prefix_space: true },
      ],
    };
  }),
  unigram("nothing prepended", (json) => (json["pre_tokenizer"] = { ...metaspace, prepend_scheme: "never" })),
  unigram("not split", (json) => {
    after(json, stripRight);
    json["pre_tokenizer"] = { ...metaspace, split: false };
  }),
  unigram("no normaliser", (json) => (json["normalizer"] = null)),
  unigram(
    "added tokens of every kind",
    addTokens(
      token("GPU"),
      token("the", { single_word: true, rstrip: true }),
      token("[MASK]", { lstrip: true, rstrip: true }),
      token("abc", { normalized: true, lstrip: true }),
      token("ﬁ", { normalized: true }),
    ),
  ),
  unigram("added tokens of every kind, Metaspace alone", (json) => {
    addTokens(
      token("GPU"),
      token("[MASK]", { lstrip: true, rstrip: true }),
      token("abc", { normalized: true, lstrip: true }),
    )(json);
    json["pre_tokenizer"] = metaspace;
  }),
];

const byteLevel = (name: string, change: (json: Json) => void, folder = "tiny/roberta"): Variant =>
  variant(`${goldensFolder}${folder}`, "byte-level-bpe", `byte-level BPE: ${name}`, change);

const splitBy = (pattern: string, flags: Json = {}): Json => ({
  type: "Sequence",
  pretokenizers: [
    { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false, ...flags },
    { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
  ],
});

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const endings = String.raw`|\s*[\r\n]+|\s+(?!\S)|\s+`;
const llama3 = String.raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*${endings}`;
const upperCase = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lowerCase = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
/** GPT-4o's, which gpt-oss and its descendants have. */
const o200k = [
  String.raw`[^\r\n\p{L}\p{N}]?${upperCase}*${lowerCase}+${contractions}?`,
  String.raw`|[^\r\n\p{L}\p{N}]?${upperCase}+${lowerCase}*${contractions}?`,
  String.raw`|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*${endings}`,
].join("");
const qwen35 = String.raw`${contractions}|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*${endings}`;

/** Tokens of the vocabulary that no merge makes, and that are tokens all the same where a word is looked up first. */
const unmerged =
  (...words: string[]) =>
  (json: Json): void => {
    const model = json["model"] as Json;
    const vocab = model["vocab"] as Json;
    const added = words.map((word, i) => [word, 5000 + i] as const);
    json["model"] = { ...model, ignore_merges: true, vocab: { ...vocab, ...Object.fromEntries(added) } };
  };

export const byteLevelVariants: readonly Variant[] = [
  byteLevel("a space before", (json) => {
    json["pre_tokenizer"] = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };
  }),
  byteLevel("merges as pairs, processors in a sequence", (json) => {
    const model = json["model"] as Json;
    const merges = (model["merges"] as (string | string[])[]).map((m) => (typeof m === "string" ? m.split(" ") : m));
    json["model"] = { ...model, merges };
    const bytes = { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true };
    json["post_processor"] = { type: "Sequence", processors: [bytes, json["post_processor"]] };
  }),
  byteLevel("added tokens as RoBERTa has them", (json) => {
    json["added_tokens"] = (json["added_tokens"] as Json[]).map((t) => ({
      ...t,
      normalized: true,
      lstrip: t["content"] === "<mask>",
    }));
  }),
  byteLevel(
    "composed, with runs of spaces as ModernBERT has them",
    (json) => {
      json["normalizer"] = { type: "NFC" };
      const spaces = Array.from({ length: 23 }, (_, i) => token(" ".repeat(24 - i), { normalized: true }));
      addTokens(
        token("|||IP_ADDRESS|||", { normalized: true }),
        ...spaces,
        token("e\u0301", { normalized: true }),
      )(json);
    },
    "tiny/modernbert",
  ),
  byteLevel("Llama 3's words", (json) => (json["pre_tokenizer"] = splitBy(llama3)), "tiny/qwen3"),
  byteLevel("GPT-4o's words", (json) => (json["pre_tokenizer"] = splitBy(o200k)), "tiny/qwen3"),
  byteLevel("Qwen 3.5's words", (json) => (json["pre_tokenizer"] = splitBy(qwen35)), "tiny/qwen3"),
  byteLevel(
    "what a pattern leaves over is a word, too",
    (json) => (json["pre_tokenizer"] = splitBy(String.raw`\p{L}+|\p{N}{2}`)),
    "tiny/qwen3",
  ),
  byteLevel(
    "what a pattern leaves over is lost",
    (json) => (json["pre_tokenizer"] = splitBy(String.raw`\p{L}+| ?\p{N}`, { behavior: "Removed", invert: true })),
    "tiny/qwen3",
  ),
  byteLevel(
    "a pattern that looks far ahead for nothing",
    (json) => (json["pre_tokenizer"] = splitBy(String.raw`\p{L}+\p{N}|\p{L}`)),
    "tiny/qwen3",
  ),
  byteLevel(
    "whole words before merges",
    (json) => {
      unmerged(
        "GPU",
        "\u0120GPU",
        "unbelievably",
        "\u00e4\u00b8\u0143\u00e6\u0138\u0129",
        "\u010a",
        "\u0120\u0120",
        "__proto__",
      )(json);
      json["pre_tokenizer"] = splitBy(llama3);
    },
    "tiny/qwen3",
  ),
  byteLevel(
    "added tokens of every kind",
    addTokens(
      token("GPU"),
      token("the", { single_word: true, rstrip: true, normalized: true }),
      token("[MASK]", { lstrip: true, rstrip: true }),
      token("e\u0301", { normalized: true }),
    ),
    "tiny/qwen3",
  ),
];

const character = (name: string, change: (json: Json) => void): Variant =>
  variant(`${goldensFolder}tiny/gemma3-text`, "character-bpe", `BPE over characters: ${name}`, change);

export const characterVariants: readonly Variant[] = [
  character("runs of spaces and lines as Gemma has them", (json) => {
    const runs = ["\n", "\u2581", "\t"].flatMap((run) => [2, 3, 7].map((count) => token(run.repeat(count))));
    addTokens(...runs, token("<unused0>"), token("<table>"), token("<mask>"))(json);
  }),
  character("added tokens of every kind", (json) => {
    addTokens(
      token("GPU"),
      token("the query", { normalized: true }),
      token(" a", { normalized: true, lstrip: true }),
      token("[MASK]", { lstrip: true, rstrip: true }),
      token("abc", { single_word: true }),
    )(json);
  }),
  character(
    "whole texts before merges",
    unmerged("GPU", "\u2581", "\u2581GPU", "don't", "中文", "\u2581the\u2581a", "__proto__"),
  ),
  character("neither normalised nor split", (json) => {
    json["normalizer"] = null;
    json["pre_tokenizer"] = null;
  }),
  character("not split", (json) => (json["pre_tokenizer"] = null)),
];
