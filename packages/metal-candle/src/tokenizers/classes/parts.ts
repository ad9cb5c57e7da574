/**
 * What each of transformers' classes brings to a tokenizer: its special tokens, and the parts that it puts in the place of
 * tokenizer.json's, from its own __init__.
 */
import { UnsupportedModelError } from "../../errors.ts";
import { isObject } from "../tokenizer-json.ts";
import type { Component, TokenizerJson } from "../tokenizer-json.ts";
import type { TokenizerClass } from "./class-of.ts";
import { contentOf } from "./token-settings.ts";
import type { NamedToken, TokenSettings } from "./token-settings.ts";

/** What a class brings where tokenizer_config.json is silent: the special tokens and whether token types are sent. */
interface ClassDefaults {
  readonly tokens: Readonly<Record<string, string>>;
  readonly sendsTokenTypes: boolean;
}

const bertTokens = {
  unk_token: "[UNK]",
  sep_token: "[SEP]",
  pad_token: "[PAD]",
  cls_token: "[CLS]",
  mask_token: "[MASK]",
};
const robertaTokens = {
  bos_token: "<s>",
  eos_token: "</s>",
  sep_token: "</s>",
  cls_token: "<s>",
  unk_token: "<unk>",
  pad_token: "<pad>",
  mask_token: "<mask>",
};

export const classDefaults: Readonly<Record<TokenizerClass, ClassDefaults>> = {
  bert: { tokens: bertTokens, sendsTokenTypes: true },
  distilbert: { tokens: bertTokens, sendsTokenTypes: false },
  mpnet: { tokens: { ...robertaTokens, unk_token: "[UNK]" }, sendsTokenTypes: false },
  roberta: { tokens: robertaTokens, sendsTokenTypes: false },
  "xlm-roberta": { tokens: robertaTokens, sendsTokenTypes: false },
  camembert: { tokens: robertaTokens, sendsTokenTypes: false },
  qwen2: {
    tokens: { eos_token: "<|endoftext|>", unk_token: "<|endoftext|>", pad_token: "<|endoftext|>" },
    sendsTokenTypes: false,
  },
  gemma: {
    tokens: {
      bos_token: "<bos>",
      eos_token: "<eos>",
      unk_token: "<unk>",
      pad_token: "<pad>",
      mask_token: "<mask>",
    },
    sendsTokenTypes: false,
  },
  file: { tokens: {}, sendsTokenTypes: false },
};

/** Tokens that the class puts into the model or around texts. */
export const neededTokens: Readonly<Record<TokenizerClass, readonly string[]>> = {
  bert: ["unk_token", "cls_token", "sep_token"],
  distilbert: ["unk_token", "cls_token", "sep_token"],
  mpnet: ["unk_token", "cls_token", "sep_token"],
  roberta: ["cls_token", "sep_token"],
  "xlm-roberta": ["bos_token", "eos_token"],
  camembert: ["bos_token", "eos_token", "unk_token"],
  qwen2: [],
  gemma: ["unk_token"],
  file: [],
};

/** Qwen2Tokenizer's own, whatever tokenizer.json says. */
const qwenPattern = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** What the classes with an __init__ of their own put in the place of tokenizer.json's parts. */
export function partsOf(
  kind: Exclude<TokenizerClass, "file">,
  json: TokenizerJson,
  settings: TokenSettings,
  named: ReadonlyMap<string, NamedToken | null>,
): Pick<TokenizerJson, "model" | "normalizer" | "preTokenizer"> {
  const token = named.get("unk_token") ?? null;
  const unknown = token === null ? null : contentOf(token);
  switch (kind) {
    case "bert":
    case "distilbert":
    case "mpnet":
      return {
        model: {
          type: "WordPiece",
          vocab: vocabularyOf(json, kind, "WordPiece"),
          unk_token: unknown,
          continuing_subword_prefix: "##",
          max_input_chars_per_word: 100,
        },
        normalizer: {
          type: "BertNormalizer",
          clean_text: true,
          handle_chinese_chars: flag(settings, "tokenize_chinese_chars", true),
          strip_accents: settings.values.get("strip_accents") == null ? null : flag(settings, "strip_accents", true),
          lowercase: flag(settings, "do_lower_case", true),
        },
        preTokenizer: { type: "BertPreTokenizer" },
      };
    case "roberta":
      return {
        model: byteLevelModel(json, kind),
        normalizer: null,
        preTokenizer: {
          type: "ByteLevel",
          add_prefix_space: flag(settings, "add_prefix_space", false),
          trim_offsets: true,
          use_regex: true,
        },
      };
    case "qwen2":
      return {
        model: byteLevelModel(json, kind),
        normalizer: { type: "NFC" },
        preTokenizer: {
          type: "Sequence",
          pretokenizers: [
            { type: "Split", pattern: { Regex: qwenPattern }, behavior: "Isolated", invert: false },
            {
              type: "ByteLevel",
              add_prefix_space:
                settings.values.get("add_prefix_space") == null ? false : flag(settings, "add_prefix_space", false),
              trim_offsets: true,
              use_regex: false,
            },
          ],
        },
      };
    case "gemma":
      return {
        model: {
          ...byteLevelModel(json, kind),
          unk_token: unknown,
          fuse_unk: true,
          byte_fallback: true,
        },
        normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
        preTokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
      };
    case "xlm-roberta":
    case "camembert": {
      const vocab = vocabularyOf(json, kind, "Unigram") as readonly unknown[];
      const unknownAt = vocab.findIndex((piece) => Array.isArray(piece) && piece[0] === unknown);
      return {
        model: {
          type: "Unigram",
          vocab,
          unk_id: kind === "xlm-roberta" ? 3 : Math.max(unknownAt, 0),
          byte_fallback: false,
        },
        normalizer: charsmapOf(json.normalizer),
        preTokenizer: {
          type: "Sequence",
          pretokenizers: [
            { type: "WhitespaceSplit" },
            {
              type: "Metaspace",
              replacement: "▁",
              prepend_scheme: flag(settings, "add_prefix_space", true) ? "always" : "never",
              split: true,
            },
          ],
        },
      };
    }
  }
}

/** Byte-pair encoding as all classes with merges build it. */
function byteLevelModel(json: TokenizerJson, kind: TokenizerClass): TokenizerJson["model"] {
  return {
    type: "BPE",
    vocab: vocabularyOf(json, kind, "BPE"),
    merges: json.model["merges"],
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: "",
    end_of_word_suffix: "",
    fuse_unk: false,
  };
}

/** The vocabulary, which must be of the kind that the class's model takes. */
function vocabularyOf(json: TokenizerJson, kind: TokenizerClass, type: string): unknown {
  const { vocab } = json.model;
  if ((type === "Unigram") === Array.isArray(vocab) && (type !== "BPE" || Array.isArray(json.model["merges"])))
    return vocab;
  throw new UnsupportedModelError(
    `the tokenizer's model is "${json.model.type}", of which the class that tokenizer_config.json names (${kind}) cannot be made.`,
  );
}

/** Of the whole normaliser, XLMRobertaTokenizer keeps the first character map. */
function charsmapOf(normalizer: Component | null): Component | null {
  const parts = normalizer?.type === "Sequence" ? normalizer["normalizers"] : [normalizer];
  if (!Array.isArray(parts)) return null;
  const map = parts.find((part) => isObject(part) && part["type"] === "Precompiled" && "precompiled_charsmap" in part);
  return (map as Component | undefined) ?? null;
}

function flag(settings: TokenSettings, key: string, otherwise: boolean): boolean {
  const value = settings.values.has(key) ? settings.values.get(key) : otherwise;
  if (typeof value === "boolean") return value;
  throw new UnsupportedModelError(
    `"${key}" of tokenizer_config.json is ${JSON.stringify(value)}; it must be true or false.`,
  );
}
