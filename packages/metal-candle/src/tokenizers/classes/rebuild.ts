/**
 * The tokenizer that transformers 5 makes of a model's files, as a TokenizerJson: what all implementations here are made from.
 *
 * TokenizersBackend ("file") takes tokenizer.json as it is and adds the tokens that the other files name. BertTokenizer and its like
 * take the vocabulary alone: normaliser, pre-tokenizer, model and special tokens follow from tokenizer_config.json or the class's
 * own defaults, whatever tokenizer.json says. Both are reproduced here, each class's own __init__ read line by line.
 */
import { UnsupportedModelError } from "../../errors.ts";
import type { TokenizerFiles } from "../../models/description.ts";
import { isObject } from "../tokenizer-json.ts";
import type { AddedTokenJson, Component, TokenizerJson } from "../tokenizer-json.ts";
import { tokenizerClassOf, type TokenizerClass } from "./class-of.ts";
import { classDefaults, neededTokens, partsOf } from "./parts.ts";
import { postProcessorOf } from "./post-processor.ts";
import { contentOf, tokenNames, readTokenSettings } from "./token-settings.ts";
import type { NamedToken, TokenFlags, TokenSettings } from "./token-settings.ts";

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
  const kind = tokenizerClassOf(model.modelType, typeof name === "string" ? name : null, () =>
    new TextDecoder().decode(model.json).includes('"ByteLevel"'),
  );
  const settings = withOwnExtra(kind, readTokenSettings(model, json.addedTokens));
  const defaults = classDefaults[kind];
  const named = namedTokens(kind, settings, defaults.tokens);
  const base = kind === "file" ? json : { ...json, ...partsOf(kind, json, settings, named), addedTokens: [] };
  const addedTokens = [
    ...base.addedTokens,
    ...laterTokens(base.addedTokens, settings, named),
    ...(kind === "qwen2" ? plainAgain(settings, named) : []),
  ];
  const rebuilt = { ...base, addedTokens };
  const names = settings.values.get("model_input_names");
  return {
    ...rebuilt,
    normalizer: model.lowerCase === true ? withLowercase(rebuilt.normalizer) : rebuilt.normalizer,
    postProcessor: postProcessorOf(kind, rebuilt, named),
    sendsTokenTypes: Array.isArray(names) ? names.includes("token_type_ids") : defaults.sendsTokenTypes,
    truncatesLeft: truncatesLeft(settings, json),
    splitsSpecialTokens: settings.values.get("split_special_tokens") === true,
    specialTokens: [
      ...new Set([...named.values(), ...settings.extra].filter((token) => token !== null).map(contentOf)),
    ],
  };
}

/** CamembertTokenizer has extra tokens of its own where the files name none. */
function withOwnExtra(kind: TokenizerClass, settings: TokenSettings): TokenSettings {
  if (kind !== "camembert" || settings.values.has("extra_special_tokens")) return settings;
  return { ...settings, extra: ["<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"] };
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
    named.set(name, typeof token === "string" ? namedToken(kind, token, name) : token);
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

/** MPNetTokenizer makes tokens of its names, CamembertTokenizer of its mask alone; the mask takes the space before it. */
function namedToken(kind: TokenizerClass, content: string, name: string): NamedToken {
  const isMask = name === "mask_token";
  if (kind !== "mpnet" && !(kind === "camembert" && isMask)) return content;
  return { ...plainToken, content, lstrip: isMask, special: kind === "camembert" };
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

/** Qwen2Tokenizer adds its special tokens a second time, without the flags that the files give them. */
function plainAgain(settings: TokenSettings, named: ReadonlyMap<string, NamedToken | null>): AddedTokenJson[] {
  const contents = [...named.values(), ...settings.extra].flatMap((token) =>
    token === null ? [] : [contentOf(token)],
  );
  return [...new Set(contents)].map((content) => withId({ ...plainToken, content, special: true }, true));
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
