/**
 * What tokenizer_config.json, special_tokens_map.json and added_tokens.json say of a tokenizer's special and added tokens, put
 * together in the order in which transformers 5 does it (PreTrainedTokenizerBase._from_pretrained).
 *
 * tokenizer_config.json's `added_tokens_decoder` shuts out the two older files and tokenizer.json's list; without it,
 * special_tokens_map.json wins over tokenizer_config.json, key by key.
 */
import { describe } from "../../describe.ts";
import { UnsupportedModelError } from "../../errors.ts";
import type { TokenizerFiles } from "../../models/description.ts";
import { isObject } from "../tokenizer-json.ts";
import type { AddedTokenJson } from "../tokenizer-json.ts";

/** A token with its flags; `normalized` is null where no file says it: then it is the opposite of `special`. */
export interface TokenFlags {
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean | null;
  readonly special: boolean;
}

/** Special tokens that every class has names for, in the order in which transformers adds them. */
export const tokenNames = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;

/** A bare string is a token whose flags are the class's to choose. */
export type NamedToken = TokenFlags | string;

export interface TokenSettings {
  /** Every other key of tokenizer_config.json, as special_tokens_map.json may have overruled it. */
  readonly values: ReadonlyMap<string, unknown>;
  /** By name, those above first; null where a file says null. */
  readonly named: ReadonlyMap<string, NamedToken | null>;
  /** additional_special_tokens, or extra_special_tokens. */
  readonly extra: readonly NamedToken[];
  /** Tokens by id, in ascending order. */
  readonly added: readonly TokenFlags[];
}

/**
 * @param own the added tokens of tokenizer.json
 * @throws UnsupportedModelError for a token that transformers refuses, too
 */
export function readTokenSettings(
  files: Pick<TokenizerFiles, "config" | "specialTokensMap" | "addedTokens">,
  own: readonly AddedTokenJson[],
): TokenSettings {
  const values = new Map<string, unknown>(isObject(files.config) ? Object.entries(files.config) : []);
  useExtra(values);
  const modelOwn = takeModelTokens(values);

  const added = new Map<number, TokenFlags>();
  const decoder = values.get("added_tokens_decoder");
  if (decoder !== undefined) {
    if (!isObject(decoder)) throw wrongToken("added_tokens_decoder", decoder);
    for (const [id, token] of Object.entries(decoder)) added.set(Number(id), readFlags(token, "added_tokens_decoder"));
  } else {
    mergeSpecialTokensMap(values, files.specialTokensMap, modelOwn);
    readAddedTokensFile(files.addedTokens, values, files.specialTokensMap, added);
    for (const token of own) added.set(token.id, token);
  }
  const byContent = new Map([...added.values()].map((token) => [token.content, token]));

  const named = new Map<string, NamedToken | null>();
  for (const name of tokenNames) {
    const value = values.get(name);
    if (value === undefined) continue;
    const token = value === null ? null : readToken(value, name);
    named.set(name, token === null ? null : (byContent.get(contentOf(token)) ?? token));
  }
  for (const [name, value] of modelOwn) named.set(name, readToken(value, name));
  // The class looks at the old name once more, where the new one is not there at all.
  const extra = values.get("extra_special_tokens") ?? values.get("additional_special_tokens") ?? [];
  if (!Array.isArray(extra)) throw wrongToken("extra_special_tokens", extra);
  return {
    values,
    named,
    extra: extra.map((token: unknown) => readToken(token, "additional_special_tokens")),
    added: [...added].toSorted(([a], [b]) => a - b).map(([, token]) => token),
  };
}

export function contentOf(token: NamedToken): string {
  return typeof token === "string" ? token : token.content;
}

/** `additional_special_tokens` is the old name of `extra_special_tokens`. */
function useExtra(values: Map<string, unknown>): void {
  const extra = values.get("extra_special_tokens");
  const has = Array.isArray(extra) ? extra.length > 0 : isObject(extra) && Object.keys(extra).length > 0;
  if (!values.has("additional_special_tokens") || has) return;
  values.set("extra_special_tokens", values.get("additional_special_tokens"));
  values.delete("additional_special_tokens");
}

/** Keys such as `image_token`, and `extra_special_tokens` where it is an object: named tokens of this model alone. */
function takeModelTokens(values: Map<string, unknown>): Map<string, unknown> {
  const own = new Map<string, unknown>();
  const standard: ReadonlySet<string> = new Set(tokenNames);
  for (const [key, value] of values) {
    if (!key.endsWith("_token") || standard.has(key) || typeof value !== "string") continue;
    own.set(key, value);
    values.delete(key);
  }
  const extra = values.get("extra_special_tokens");
  if (isObject(extra)) {
    for (const [key, value] of Object.entries(extra)) own.set(key, value);
    values.delete("extra_special_tokens");
  }
  return own;
}

function mergeSpecialTokensMap(values: Map<string, unknown>, map: unknown, modelOwn: Map<string, unknown>): void {
  if (!isObject(map)) return;
  for (const [key, value] of Object.entries(map)) {
    if (key === "extra_special_tokens" && isObject(value)) {
      for (const [name, token] of Object.entries(value)) modelOwn.set(name, token);
    } else if (key === "extra_special_tokens" && Array.isArray(value)) {
      const before = values.get("extra_special_tokens");
      const tokens = value.map((token: unknown) => (isObject(token) ? specialFlags(token, key) : token));
      values.set(key, [...(Array.isArray(before) ? (before as unknown[]) : []), ...tokens]);
    } else {
      values.set(key, isObject(value) ? specialFlags(value, key) : value);
    }
  }
}

function specialFlags(value: Record<string, unknown>, key: string): Record<string, unknown> {
  return { ...readFlags({ ...value, special: true }, key), __type: "AddedToken" };
}

/**
 * added_tokens.json: content to id. Those that a name or the extra tokens hold are special, where they are held as strings or come
 * from special_tokens_map.json: an object of tokenizer_config.json is not compared with them.
 */
function readAddedTokensFile(
  file: unknown,
  values: ReadonlyMap<string, unknown>,
  specialTokensMap: unknown,
  added: Map<number, TokenFlags>,
): void {
  if (!isObject(file)) return;
  const special = new Set<string>();
  for (const name of tokenNames) {
    const value = values.get(name);
    const isCompared = typeof value === "string" || (isObject(specialTokensMap) && isObject(specialTokensMap[name]));
    if (value && isCompared) special.add(contentOf(readToken(value, name)));
  }
  const extra = values.get("extra_special_tokens");
  if (Array.isArray(extra)) for (const token of extra) special.add(contentOf(readToken(token, "extra_special_tokens")));
  for (const [content, id] of Object.entries(file)) {
    if (typeof id !== "number" || !Number.isInteger(id)) throw wrongToken("added_tokens.json", id);
    const isSpecial = special.has(content);
    added.set(id, {
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: !isSpecial,
      special: isSpecial,
    });
  }
}

/** A string, or an object that says that it is an AddedToken. */
function readToken(value: unknown, key: string): NamedToken {
  if (typeof value === "string") return value;
  if (isObject(value) && value["__type"] === "AddedToken") return readFlags(value, key);
  throw wrongToken(key, value);
}

function readFlags(value: unknown, key: string): TokenFlags {
  if (!isObject(value) || typeof value["content"] !== "string") throw wrongToken(key, value);
  const flag = (name: string): boolean => value[name] === true;
  return {
    content: value["content"],
    single_word: flag("single_word"),
    lstrip: flag("lstrip"),
    rstrip: flag("rstrip"),
    normalized: typeof value["normalized"] === "boolean" ? value["normalized"] : null,
    special: flag("special"),
  };
}

function wrongToken(key: string, value: unknown): UnsupportedModelError {
  return new UnsupportedModelError(
    `"${key}" of the tokenizer's settings holds ${describe(value)}, which is not a token.`,
  );
}
