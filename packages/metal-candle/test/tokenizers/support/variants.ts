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

const byteLevel = (name: string, change: (json: Json) => void): Variant =>
  variant(`${goldensFolder}tiny/roberta`, "byte-level-bpe", `byte-level BPE: ${name}`, change);

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
];
