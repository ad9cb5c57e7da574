/**
 * The files that a tokenizer is made of, and the checks that tie it to the weights.
 *
 * tokenizer.json is handed on as bytes: making a tokenizer of it is for tokenizers/, which may have it in its cache by hash.
 */
import { joinPath, listFolder, readFileBytes } from "#platform/files";
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import { parseJson } from "../json.ts";
import { sha256 } from "../weights/fingerprint.ts";
import type { ConfigObject } from "./config-object.ts";
import type { EncoderShape, TokenizerFiles } from "./description.ts";

/** XLM-R's is 17 MB; the largest known, with 256,000 pieces and merges, are below 35 MB. */
const LARGEST_TOKENIZER = 128 << 20;

/**
 * Reads tokenizer.json.
 * @param lowerCase sentence_bert_config.json's do_lower_case, which lowercases before the tokenizer's own normaliser
 * @throws ModelFileError, UnsupportedModelError
 */
export async function readTokenizerFiles(
  folder: string,
  config: ConfigObject | null,
  lowerCase: boolean,
): Promise<TokenizerFiles> {
  const path = joinPath(folder, "tokenizer.json");
  let json = await readFileBytes(path, LARGEST_TOKENIZER);
  if (json === null) {
    const older = (await listFolder(folder)).filter((name) => /^(vocab\.(txt|json)|.*\.model|merges\.txt)$/.test(name));
    throw new ModelFileError(
      `${path} is missing` +
        (older.length === 0 ? "." : `; ${older.join(" and ")} alone do not say how to tokenize.`) +
        ` transformers writes it: AutoTokenizer.from_pretrained(MODEL).save_pretrained(FOLDER).`,
    );
  }
  if (config !== null && config.string("truncation_side", "right") !== "right") {
    throw new UnsupportedModelError(
      `${config.path}: "truncation_side" is not "right", which is the only one supported.`,
    );
  }
  if (lowerCase) json = withLowerCase(json, path);
  return { path, json, config: config === null ? {} : config.raw, hash: await sha256([json]) };
}

/**
 * Checks that no id of a tokenizer lies outside of the word table.
 * @param vocabularySize 1 + the tokenizer's largest id
 * @throws ModelFileError
 */
export function checkVocabulary(vocabularySize: number, shape: EncoderShape, folder: string): void {
  if (vocabularySize <= shape.vocabularySize) return;
  throw new ModelFileError(
    `${joinPath(folder, "tokenizer.json")} has ids up to ${vocabularySize - 1}, but the model's word table has ` +
      `${shape.vocabularySize} rows: tokenizer and weights are not of one model.`,
  );
}

/** The same tokenizer with a Lowercase normaliser in front, unless it lowercases already. */
function withLowerCase(json: Uint8Array<ArrayBuffer>, path: string): Uint8Array<ArrayBuffer> {
  const tokenizer = parseJson(json, path) as { normalizer?: Normalizer | null } | null;
  // What is no tokenizer at all is told by who makes one of it.
  if (typeof tokenizer !== "object" || tokenizer === null) return json;
  const old = tokenizer.normalizer ?? null;
  if (old !== null && lowercases(old)) return json;
  const rest = old === null ? [] : old.type === "Sequence" ? (old.normalizers ?? []) : [old];
  tokenizer.normalizer = { type: "Sequence", normalizers: [{ type: "Lowercase" }, ...rest] };
  return new TextEncoder().encode(JSON.stringify(tokenizer));
}

interface Normalizer {
  readonly type: string;
  readonly lowercase?: boolean;
  readonly normalizers?: readonly Normalizer[];
}

function lowercases(normalizer: Normalizer): boolean {
  if (normalizer.type === "Sequence") return (normalizer.normalizers ?? []).some(lowercases);
  return normalizer.type === "Lowercase" || (normalizer.type === "BertNormalizer" && normalizer.lowercase === true);
}
