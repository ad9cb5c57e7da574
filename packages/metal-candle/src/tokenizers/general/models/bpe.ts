/**
 * Byte-pair encoding over characters: SentencePiece's and the byte-level kind alike (whose characters are bytes by then).
 *
 * Quirks of the Rust implementation are kept: an unknown character that waits to be fused is put behind the bytes of one that falls
 * back to bytes.
 */
import { describe } from "../../../describe.ts";
import { UnsupportedModelError } from "../../../errors.ts";
import { Merger } from "../../bpe/merger.ts";
import { type Merges, readMerges } from "../../bpe/merges.ts";
import { notATokenizer } from "../../tokenizer-json.ts";
import type { TokenizerJson } from "../../tokenizer-json.ts";
import { largest, readVocabulary, utf8Length, type WordModel } from "./vocabulary.ts";

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
  const merges = readMerges(model["merges"], idOf, prefix.length);
  const merger = new Merger(merges);
  const fallsBack = model["byte_fallback"] === true;
  const fuses = model["fuse_unk"] === true;
  const ignoresMerges = model["ignore_merges"] === true;

  /** The ids of a word's characters before any merge; to `lengths`, how many bytes each stands for. */
  const symbols = (word: string, lengths?: number[]): number[] => {
    const characters = Array.from(word);
    const out: number[] = [];
    let waiting = false;
    /** Bytes of the unknown characters that wait. */
    let waitingBytes = 0;
    const put = (id: number, bytes: number): void => {
      out.push(id);
      lengths?.push(bytes);
    };
    for (const [index, character] of characters.entries()) {
      const lead = index === 0 ? "" : prefix;
      const symbol = lead + character + (index === characters.length - 1 ? suffix : "");
      const id = ids.get(symbol);
      const length = lengths === undefined ? 0 : utf8Length(character);
      if (id !== undefined) {
        if (waiting) put(unknownId!, waitingBytes);
        waiting = false;
        put(id, length);
        continue;
      }
      const bytes = fallsBack ? bytesOf(symbol, idOf) : null;
      if (bytes !== null) {
        for (const byte of bytes) put(byte, 1);
      } else if (unknownId !== null) {
        if (waiting && !fuses) put(unknownId, waitingBytes);
        waitingBytes = waiting && fuses ? waitingBytes + length : length;
        waiting = true;
      }
    }
    if (waiting) put(unknownId!, waitingBytes);
    return out;
  };

  let known: Map<number, number> | null = null;
  /** By a merged token's id, of how many symbols it is. */
  const sizes = (): Map<number, number> => (known ??= symbolCounts(merges));

  return {
    idOf,
    size: ids.size,
    largestId: largest(ids.values()),
    append(word, out, places) {
      const whole = ignoresMerges ? ids.get(word) : undefined;
      if (whole !== undefined) {
        out.push(whole);
        places?.push(0, utf8Length(word));
        return;
      }
      const lengths: number[] | undefined = places && [];
      const list = symbols(word, lengths);
      merger.makeRoom(list.length);
      merger.ids.set(list);
      const count = merger.merge(list.length);
      let [symbol, bytes] = [0, 0];
      for (let i = 0; i < count; i++) {
        const id = merger.ids[i]!;
        out.push(id);
        if (places === undefined) continue;
        places.push(bytes);
        for (const end = symbol + (list[symbol] === id ? 1 : sizes().get(id)!); symbol < end; symbol++) {
          bytes += lengths![symbol] ?? 0;
        }
        places.push(bytes);
      }
    },
  };
}

/** A merge's parts come before it, as it comes of them. */
function symbolCounts(merges: Merges): Map<number, number> {
  const counts = new Map<number, number>();
  for (let at = 0; at < merges.length; at += 3) {
    const [left, right, merged] = [merges[at]!, merges[at + 1]!, merges[at + 2]!];
    if (!counts.has(merged)) counts.set(merged, (counts.get(left) ?? 1) + (counts.get(right) ?? 1));
  }
  return counts;
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
