/**
 * The files that a tokenizer is made of, and the checks that tie it to the weights.
 *
 * tokenizer.json is handed on as bytes: making a tokenizer of it is for tokenizers/, which may have it in its cache by hash.
 */
import { joinPath, listFolder, readFileBytes } from "#platform/files";
import { ModelFileError } from "../errors.ts";
import { sha256 } from "../weights/fingerprint.ts";
import { readConfig, type ConfigObject } from "./config-object.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { ModelDescription, TokenizerFiles } from "./description.ts";

/** XLM-R's is 17 MB; the largest known, with 256,000 pieces and merges, are below 35 MB. */
export const largestTokenizer = 64 << 20;

/** What config.json and sentence_bert_config.json have to say about a tokenizer. */
export interface TokenizerContext {
  /** config.json. */
  readonly model: ConfigObject;
  /** tokenizer_config.json, or null. */
  readonly config: ConfigObject | null;
  /** sentence_bert_config.json's do_lower_case, which lowercases before the tokenizer's own normaliser. */
  readonly lowerCase: boolean;
}

/**
 * Reads tokenizer.json, or the vocabulary files from before there was one, and the small files beside it.
 * @throws ModelFileError where none is there
 */
export async function readTokenizerFiles(folder: string, context: TokenizerContext): Promise<TokenizerFiles> {
  const { model, config, lowerCase } = context;
  const path = joinPath(folder, "tokenizer.json");
  const json = (await readFileBytes(path, largestTokenizer)) ?? (await readVocabularyFiles(folder));
  if (json === null) {
    const older = (await listFolder(folder)).filter((name) => /^(vocab\.json|.*\.model|merges\.txt)$/.test(name));
    throw new ModelFileError(
      `${path} is missing` +
        (older.length === 0 ? "." : `, and ${older.join(" and ")} alone cannot be read.`) +
        ` transformers writes it: AutoTokenizer.from_pretrained(MODEL).save_pretrained(FOLDER).`,
    );
  }
  const files = {
    config: config?.raw,
    specialTokensMap: (await readConfig(folder, "special_tokens_map.json"))?.raw,
    addedTokens: (await readConfig(folder, "added_tokens.json"))?.raw,
    modelType: model.string("model_type"),
    ...(model.has("tokenizer_class") && { tokenizerClass: model.string("tokenizer_class") }),
    lowerCase,
  };
  const settings = new TextEncoder().encode(JSON.stringify(files));
  return { path, json, ...files, hash: await sha256([json, settings]) };
}

/** vocab.txt of WordPiece, or vocab.json and merges.txt of byte-level BPE, as a tokenizer.json that has no more than that. */
async function readVocabularyFiles(folder: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const lines = await readLines(joinPath(folder, "vocab.txt"));
  if (lines !== null) {
    // A line's white space at its end is not part of the token, and of equal tokens the last one counts.
    const vocab = Object.fromEntries(lines.map((line, id) => [line.trimEnd(), id]));
    return toJson({ type: "WordPiece", vocab });
  }
  const vocab = await readConfig(folder, "vocab.json");
  const merges = vocab === null ? null : await readLines(joinPath(folder, "merges.txt"));
  return merges === null ? null : toJson({ type: "BPE", vocab: vocab!.raw, merges });
}

function toJson(model: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({ model, added_tokens: [] }));
}

async function readLines(path: string): Promise<string[] | null> {
  const bytes = await readFileBytes(path, largestTokenizer);
  if (bytes === null) return null;
  const lines = new TextDecoder().decode(bytes).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(/\r$/, ""));
}

/**
 * Checks that the tokenizer fits the model: its token types are within the model's table, and the special tokens leave room for text.
 * @throws ModelFileError
 */
export function checkTokenizer(
  tokenizer: Pick<Tokenizer, "tokenTypes" | "specialTokens" | "pairSpecialTokens">,
  { encoder, kind, folder, maxLength }: Pick<ModelDescription, "encoder" | "kind" | "folder" | "maxLength">,
): void {
  const path = joinPath(folder, "tokenizer.json");
  const types = kind === "reranker" ? tokenizer.tokenTypes.pair : tokenizer.tokenTypes.single;
  const rows = encoder.tokenTypeTable?.shape[0] ?? Infinity;
  if (types > rows) {
    throw new ModelFileError(`${path} has token types up to ${types - 1}, but the model's table has ${rows} rows.`);
  }
  const special = kind === "reranker" ? tokenizer.pairSpecialTokens : tokenizer.specialTokens;
  if (special > maxLength) {
    throw new ModelFileError(
      `${path} puts ${special} special tokens around a text, but the model's maximum length is ${maxLength}.`,
    );
  }
}

/** What to say of a tokenizer with ids for which the word table has no row: only texts that have them are lost. Or null. */
export function vocabularyWarning(
  { vocabularySize }: Pick<Tokenizer, "vocabularySize">,
  { encoder, folder }: Pick<ModelDescription, "encoder" | "folder">,
): string | null {
  if (vocabularySize <= encoder.vocabSize) return null;
  return (
    `${joinPath(folder, "tokenizer.json")} has ids up to ${vocabularySize - 1}, but the model's word table has only ` +
    `${encoder.vocabSize} rows: texts with a token beyond them are refused.`
  );
}
