/**
 * Byte-pair encoding over characters: SentencePiece's and the byte-level kind alike (whose characters are bytes by then).
 *
 * Quirks of the Rust implementation are kept: an unknown character that waits to be fused is put behind the bytes of one that falls
 * back to bytes.
 */
import { describe } from "../../../describe.ts";
import { UnsupportedModelError } from "../../../errors.ts";
import { Merger } from "../../bpe/merger.ts";
import { readMerges } from "../../bpe/merges.ts";
import { notATokenizer } from "../../tokenizer-json.ts";
import type { TokenizerJson } from "../../tokenizer-json.ts";
import { largest, readVocabulary, type WordModel } from "./vocabulary.ts";

const encoder = new TextEncoder();

export function readBpe(model: TokenizerJson["model"]): WordModel {
  const ids = readVocabulary(model["vocab"]);
  const idOf = (token: string): number | undefined => ids.get(token);
  if (model["dropout"] != null && model["dropout"] !== 0) {
    throw new UnsupportedModelError(
      "The tokenizer's BPE model has a dropout, which makes ids random; it is not supported.",
    );
  }
  const text = (key: string): string => {
    const value = model[key] ?? "";
    if (typeof value !== "string") throw notATokenizer(`has a BPE model whose "${key}" is ${describe(value)}`);
    return value;
  };
  const prefix = text("continuing_subword_prefix");
  const suffix = text("end_of_word_suffix");
  const unknown = model["unk_token"] == null ? null : text("unk_token");
  const unknownId = unknown === null ? null : idOf(unknown);
  if (unknownId === undefined) {
    throw notATokenizer(`names ${JSON.stringify(unknown)} for unknown characters, which is not in its vocabulary`);
  }
  const merger = new Merger(readMerges(model["merges"], idOf, prefix.length));
  const fallsBack = model["byte_fallback"] === true;
  const fuses = model["fuse_unk"] === true;
  const ignoresMerges = model["ignore_merges"] === true;

  /** The ids of a word's characters before any merge. */
  const symbols = (word: string): number[] => {
    const characters = Array.from(word);
    const out: number[] = [];
    let waiting = false;
    for (const [index, character] of characters.entries()) {
      const lead = index === 0 ? "" : prefix;
      const symbol = lead + character + (index === characters.length - 1 ? suffix : "");
      const id = ids.get(symbol);
      if (id !== undefined) {
        if (waiting) out.push(unknownId!);
        waiting = false;
        out.push(id);
        continue;
      }
      const bytes = fallsBack ? bytesOf(symbol, idOf) : null;
      if (bytes !== null) {
        out.push(...bytes);
      } else if (unknownId !== null) {
        if (waiting && !fuses) out.push(unknownId);
        waiting = true;
      }
    }
    if (waiting) out.push(unknownId!);
    return out;
  };

  return {
    idOf,
    size: ids.size,
    largestId: largest(ids.values()),
    append(word, out) {
      const whole = ignoresMerges ? ids.get(word) : undefined;
      if (whole !== undefined) {
        out.push(whole);
        return;
      }
      const list = symbols(word);
      merger.makeRoom(list.length);
      merger.ids.set(list);
      const count = merger.merge(list.length);
      for (let i = 0; i < count; i++) out.push(merger.ids[i]!);
    },
  };
}

/** `<0x0A>` and so on, or null where one is not in the vocabulary. */
function bytesOf(symbol: string, idOf: (token: string) => number | undefined): number[] | null {
  const ids: number[] = [];
  for (const byte of encoder.encode(symbol)) {
    const id = idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    if (id === undefined) return null;
    ids.push(id);
  }
  return ids;
}
