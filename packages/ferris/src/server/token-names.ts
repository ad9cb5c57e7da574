/**
 * What a model's token ids are called, and what text they stand for: out of the files of its tokenizer. Which ids a text has is the engine's
 * own business.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EmbeddingModel } from "../engine.ts";
import { Problem } from "./problems.ts";

export interface TokenNames {
  name(id: number): string;
  /** The text that the tokens stand for. @throws Problem for an id that the model does not have */
  decode(ids: readonly number[], options: { skipSpecial: boolean }): string;
}

const known = new WeakMap<EmbeddingModel, Promise<TokenNames>>();

/** @throws Problem where the model has no tokenizer.json that can be read here */
export function tokenNames(model: EmbeddingModel): Promise<TokenNames> {
  const names = known.get(model) ?? read(model);
  known.set(model, names);
  return names;
}

async function read(model: EmbeddingModel): Promise<TokenNames> {
  // oxlint-disable-next-line no-restricted-imports -- which ids a text has is the engine's business; what they are called is for clients
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const { folder } = model.info();
  try {
    const [tokenizer, config] = await Promise.all([
      readJson(join(folder, "tokenizer.json")),
      readJson(join(folder, "tokenizer_config.json")).catch(() => ({})),
    ]);
    const library = new Tokenizer(tokenizer, config);
    const name = (id: number): string => {
      const token = library.id_to_token(id);
      if (token === undefined) throw new Problem("invalid", `ids: the model has no token ${id}`, { param: "ids" });
      return token;
    };
    return {
      name,
      decode: (ids, { skipSpecial }) => {
        ids.forEach(name);
        return library.decode([...ids], { skip_special_tokens: skipSpecial });
      },
    };
  } catch (cause) {
    throw new Problem("failed", "the tokens of this model cannot be listed: its tokenizer.json cannot be read", {
      cause,
    });
  }
}

async function readJson(path: string): Promise<object> {
  return JSON.parse(await readFile(path, "utf8")) as object;
}
