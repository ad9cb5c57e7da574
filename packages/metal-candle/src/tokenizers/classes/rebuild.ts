/**
 * The tokenizer that transformers 5 makes of a model's files, as a TokenizerJson: what all implementations here are made from.
 *
 * TokenizersBackend ("file") takes tokenizer.json as it is and adds the tokens that the other files name. BertTokenizer and its like
 * take the vocabulary alone: normaliser, pre-tokenizer, model and special tokens follow from tokenizer_config.json or the class's
 * own defaults, whatever tokenizer.json says. Both are reproduced here, each class's own __init__ read line by line.
 */
import { UnsupportedModelError } from "../../errors.ts";
import type { TokenizerFiles } from "../../models/description.ts";
import { assignIds } from "../added-tokens.ts";
import { isObject } from "../tokenizer-json.ts";
import type { AddedTokenJson, Component, TokenizerJson } from "../tokenizer-json.ts";
import { tokenizerClassOf, type TokenizerClass } from "./class-of.ts";
import { contentOf, tokenNames, readTokenSettings } from "./token-settings.ts";
import type { NamedToken, TokenFlags, TokenSettings } from "./token-settings.ts";

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

const classDefaults: Readonly<Record<TokenizerClass, ClassDefaults>> = {
  bert: { tokens: bertTokens, sendsTokenTypes: true },
  distilbert: { tokens: bertTokens, sendsTokenTypes: false },
  mpnet: { tokens: { ...robertaTokens, unk_token: "[UNK]" }, sendsTokenTypes: false },
  roberta: { tokens: robertaTokens, sendsTokenTypes: false },
  "xlm-roberta": { tokens: robertaTokens, sendsTokenTypes: false },
  file: { tokens: {}, sendsTokenTypes: false },
};

/** Tokens that the class puts into the model or around texts. */
const neededTokens: Readonly<Record<TokenizerClass, readonly string[]>> = {
  bert: ["unk_token", "cls_token", "sep_token"],
  distilbert: ["unk_token", "cls_token", "sep_token"],
  mpnet: ["unk_token", "cls_token", "sep_token"],
  roberta: ["cls_token", "sep_token"],
  "xlm-roberta": ["bos_token", "eos_token"],
  file: [],
};

/**
 * @param json tokenizer.json, read
 * @throws UnsupportedModelError for a class or a setting that we do not reproduce
 */
export function rebuildTokenizer(json: TokenizerJson, model: TokenizerFiles): TokenizerJson {
  // Nothing but the tokenizer itself is known.
  if (model.modelType === undefined) return json;
  const config = isObject(model.config) ? model.config : {};
  if (isObject(config["auto_map"]) ? "AutoTokenizer" in config["auto_map"] : config["auto_map"] != null) {
    throw new UnsupportedModelError('"auto_map" names a tokenizer that comes as code, which is never run.');
  }
  if (Array.isArray(config["init_inputs"]) && config["init_inputs"].length > 0) {
    throw new UnsupportedModelError('"init_inputs" of tokenizer_config.json is not supported.');
  }
  const name = config["tokenizer_class"] ?? model.tokenizerClass;
  const kind = tokenizerClassOf(model.modelType, typeof name === "string" ? name : null);
  const settings = readTokenSettings(model, json.addedTokens);
  const defaults = classDefaults[kind];
  const named = namedTokens(kind, settings, defaults.tokens);
  const base = kind === "file" ? json : { ...json, ...partsOf(kind, json, settings, named), addedTokens: [] };
  const addedTokens = [...base.addedTokens, ...laterTokens(base.addedTokens, settings, named)];
  const rebuilt = { ...base, addedTokens };
  const names = settings.values.get("model_input_names");
  return {
    ...rebuilt,
    normalizer: model.lowerCase === true ? withLowercase(rebuilt.normalizer) : rebuilt.normalizer,
    postProcessor: kind === "file" ? base.postProcessor : postProcessorOf(kind, rebuilt, named),
    sendsTokenTypes: Array.isArray(names) ? names.includes("token_type_ids") : defaults.sendsTokenTypes,
    truncatesLeft: truncatesLeft(settings, json),
    splitsSpecialTokens: settings.values.get("split_special_tokens") === true,
    specialTokens: [
      ...new Set([...named.values(), ...settings.extra].filter((token) => token !== null).map(contentOf)),
    ],
  };
}

/** The class's own tokens where the files are silent, then those that only this model has a name for. */
function namedTokens(
  kind: TokenizerClass,
  settings: TokenSettings,
  defaults: Readonly<Record<string, string>>,
): Map<string, NamedToken | null> {
  const named = new Map<string, NamedToken | null>();
  for (const name of tokenNames) {
    const token = settings.named.has(name) ? settings.named.get(name)! : (defaults[name] ?? null);
    named.set(name, kind === "mpnet" && typeof token === "string" ? mpnetToken(token, name) : token);
  }
  for (const [name, token] of settings.named) if (!named.has(name)) named.set(name, token);
  for (const name of neededTokens[kind]) {
    if (named.get(name) === null) {
      throw new UnsupportedModelError(
        `"${name}" of tokenizer_config.json is null, and the tokenizer needs that token.`,
      );
    }
  }
  return named;
}

/** MPNetTokenizer makes tokens of its names, of which the mask takes the space before it. */
function mpnetToken(content: string, name: string): TokenFlags {
  return {
    content,
    single_word: false,
    lstrip: name === "mask_token",
    rstrip: false,
    normalized: null,
    special: false,
  };
}

/** What the classes with an __init__ of their own put in the place of tokenizer.json's parts. */
function partsOf(
  kind: Exclude<TokenizerClass, "file">,
  json: TokenizerJson,
  settings: TokenSettings,
  named: ReadonlyMap<string, NamedToken | null>,
): Pick<TokenizerJson, "model" | "normalizer" | "preTokenizer"> {
  const unknown = contentOf(named.get("unk_token")!);
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
        model: {
          type: "BPE",
          vocab: vocabularyOf(json, kind, "BPE"),
          merges: json.model["merges"],
          dropout: null,
          unk_token: null,
          continuing_subword_prefix: "",
          end_of_word_suffix: "",
          fuse_unk: false,
        },
        normalizer: null,
        preTokenizer: {
          type: "ByteLevel",
          add_prefix_space: flag(settings, "add_prefix_space", false),
          trim_offsets: true,
          use_regex: true,
        },
      };
    case "xlm-roberta":
      return {
        model: { type: "Unigram", vocab: vocabularyOf(json, kind, "Unigram"), unk_id: 3, byte_fallback: false },
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

/**
 * The tokens that are added after the tokenizer is built, in one call: those by id that differ from what is there, then the named
 * ones and the extra ones that are not there yet.
 */
function laterTokens(
  present: readonly AddedTokenJson[],
  settings: TokenSettings,
  named: ReadonlyMap<string, NamedToken | null>,
): AddedTokenJson[] {
  const same = new Set(present.map((token) => JSON.stringify(withId(token))));
  const later: NamedToken[] = settings.added.filter((token) => !same.has(JSON.stringify(withId(token))));
  // What is there by content; beyond that only an equal token counts as there, so that a token may be added twice, with the flags
  // of the second time.
  const contents = new Set([...present, ...later].map(contentOf));
  const equal = new Set(later.map(keyOf));
  for (const token of [...named.values(), ...settings.extra]) {
    if (token === null || contents.has(contentOf(token)) || equal.has(keyOf(token))) continue;
    equal.add(keyOf(token));
    later.push(token);
  }
  const namedContents = new Set([...named.values()].map((token) => (token === null ? "" : contentOf(token))));
  return later.map((token) => {
    if (typeof token === "string") return withId({ ...plainToken, content: token, special: true }, true);
    const special = token.special || namedContents.has(token.content);
    return withId({ ...token, special }, true);
  });
}

function keyOf(token: NamedToken): string {
  return typeof token === "string" ? token : JSON.stringify(withId(token));
}

const plainToken = { single_word: false, lstrip: false, rstrip: false, normalized: null };

/** Ids are given by assignIds; the number in a file counts for nothing. */
function withId(token: TokenFlags, later = false): AddedTokenJson {
  const { content, single_word, lstrip, rstrip, normalized, special } = token;
  return {
    id: 0,
    content,
    single_word,
    lstrip,
    rstrip,
    normalized: normalized ?? !special,
    special,
    ...(later && { later }),
  };
}

/** The post-processor that the class sets, with the ids that its tokens have now. */
function postProcessorOf(
  kind: Exclude<TokenizerClass, "file">,
  json: TokenizerJson,
  named: ReadonlyMap<string, NamedToken | null>,
): Component {
  const { vocab } = json.model;
  const pieces = Array.isArray(vocab) ? new Map(vocab.map((entry: [string, number], id) => [entry[0], id])) : null;
  const inModel = (content: string): number | undefined =>
    pieces !== null
      ? pieces.get(content)
      : Object.hasOwn(vocab as object, content)
        ? (vocab as Record<string, number>)[content]
        : undefined;
  const count = Array.isArray(vocab) ? vocab.length : Object.keys(vocab as object).length;
  const added = assignIds(json.addedTokens, count, inModel);
  const token = (name: string): [string, number] => {
    const content = contentOf(named.get(name)!);
    return [content, added.get(content) ?? inModel(content)!];
  };
  if (kind === "mpnet" || kind === "roberta") {
    return { type: "RobertaProcessing", sep: token("sep_token"), cls: token("cls_token") };
  }
  const [first, last] =
    kind === "xlm-roberta" ? [token("bos_token"), token("eos_token")] : [token("cls_token"), token("sep_token")];
  const secondType = kind === "xlm-roberta" ? 0 : 1;
  const special = ([id]: [string, number], type: number) => ({ SpecialToken: { id, type_id: type } });
  const text = (id: "A" | "B", type: number) => ({ Sequence: { id, type_id: type } });
  const single = [special(first, 0), text("A", 0), special(last, 0)];
  const between = kind === "xlm-roberta" ? [special(last, 0)] : [];
  return {
    type: "TemplateProcessing",
    single,
    pair: [...single, ...between, text("B", secondType), special(last, secondType)],
    special_tokens: Object.fromEntries([first, last].map(([id, number]) => [id, { id, ids: [number], tokens: [id] }])),
  };
}

/** sentence-transformers puts Lowercase before the normaliser, unless there is one already. */
function withLowercase(normalizer: Component | null): Component {
  const parts = normalizer === null ? [] : normalizer.type === "Sequence" ? normalizer["normalizers"] : [normalizer];
  const list = Array.isArray(parts) ? (parts as unknown[]) : [];
  if (list.some((part) => isObject(part) && part["type"] === "Lowercase")) return normalizer!;
  return { type: "Sequence", normalizers: [{ type: "Lowercase" }, ...list] };
}

/** tokenizer_config.json's side, else that of tokenizer.json's truncation. */
function truncatesLeft(settings: TokenSettings, json: TokenizerJson): boolean {
  const side = settings.values.get("truncation_side");
  if (side === undefined) return json.truncatesLeft;
  if (side === "left" || side === "right") return side === "left";
  throw new UnsupportedModelError(
    `"truncation_side" of tokenizer_config.json is ${JSON.stringify(side)}; it must be "left" or "right".`,
  );
}

function flag(settings: TokenSettings, key: string, otherwise: boolean): boolean {
  const value = settings.values.has(key) ? settings.values.get(key) : otherwise;
  if (typeof value === "boolean") return value;
  throw new UnsupportedModelError(
    `"${key}" of tokenizer_config.json is ${JSON.stringify(value)}; it must be true or false.`,
  );
}
