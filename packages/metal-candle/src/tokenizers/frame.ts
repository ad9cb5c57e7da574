/**
 * The special tokens around a text or a pair of texts, from tokenizer.json's post-processor.
 *
 * BertProcessing, RobertaProcessing, TemplateProcessing, none at all, and sequences of them; ByteLevel only moves offsets, which
 * nobody reads here. A frame knows no text: framed-tokenizer.ts puts the two together.
 */
import { describe } from "../describe.ts";
import { UnsupportedModelError } from "../errors.ts";
import type { Component } from "./tokenizer-json.ts";
import { isObject, isTokenId, notATokenizer } from "./tokenizer-json.ts";

/** Special tokens that stand together, with their token-type ids. */
export interface SpecialTokens {
  readonly ids: Int32Array;
  readonly types: Int32Array;
}

export interface Frame {
  /** One text: `before` A `after`, and the token type of A. */
  readonly single: { readonly before: SpecialTokens; readonly after: SpecialTokens; readonly type: number };
  /** Two texts: `before` A `between` B `after`, and the token types of A and B themselves. */
  readonly pair: {
    readonly before: SpecialTokens;
    readonly between: SpecialTokens;
    readonly after: SpecialTokens;
    readonly firstType: number;
    readonly secondType: number;
  };
}

type Piece =
  | { readonly text: "A" | "B"; readonly type: number }
  | { readonly ids: readonly number[]; readonly type: number };
/** What Rust calls an encoding: a stretch of pieces that the next processor takes as one. */
type Encoding = readonly Piece[];

/**
 * @throws UnsupportedModelError for a post-processor that we do not know, by its name.
 * @throws NotATokenizer for one that lacks a part.
 */
export function readFrame(postProcessor: Component | null): Frame {
  const processors = flatten(postProcessor);
  const one: Encoding[] = [[{ text: "A", type: 0 }]];
  const two: Encoding[] = [[{ text: "A", type: 0 }], [{ text: "B", type: 1 }]];
  return makeFrame(processAll(processors, one), processAll(processors, two));
}

function flatten(processor: unknown): Component[] {
  if (processor === null) return [];
  if (!isObject(processor)) throw notATokenizer(`has a post-processor that is ${describe(processor)}`);
  if (processor["type"] !== "Sequence") return [processor as Component];
  const { processors } = processor;
  if (!Array.isArray(processors)) {
    throw notATokenizer(`has a post-processor Sequence without "processors" (it is ${describe(processors)})`);
  }
  return processors.flatMap((part: unknown) => flatten(part));
}

function processAll(processors: readonly Component[], encodings: readonly Encoding[]): Piece[] {
  return processors.reduce(process, encodings).flat();
}

function process(encodings: readonly Encoding[], processor: Component): readonly Encoding[] {
  switch (processor.type) {
    case "ByteLevel":
      return encodings;
    case "BertProcessing": {
      const [cls, sep] = [tokenOf(processor, "cls"), tokenOf(processor, "sep")];
      return encodings.map((encoding, index) =>
        index === 0 ? [special(cls, 0), ...encoding, special(sep, 0)] : [...encoding, special(sep, 1)],
      );
    }
    case "RobertaProcessing": {
      const [cls, sep] = [tokenOf(processor, "cls"), tokenOf(processor, "sep")];
      // Every token type is 0 behind it.
      return encodings.map((encoding, index) => [
        special(index === 0 ? cls : sep, 0),
        ...encoding.map((piece) => ({ ...piece, type: 0 })),
        special(sep, 0),
      ]);
    }
    case "TemplateProcessing":
      return applyTemplate(processor, encodings);
    default:
      throw new UnsupportedModelError(
        `The tokenizer's post-processor "${processor.type}" is not supported ` +
          "(BertProcessing, RobertaProcessing, TemplateProcessing and ByteLevel are).",
      );
  }
}

function special(id: number, type: number): Piece {
  return { ids: [id], type };
}

function tokenOf(processor: Component, name: "cls" | "sep"): number {
  const token = processor[name];
  if (Array.isArray(token) && isTokenId(token[1])) return token[1];
  throw notATokenizer(`has a ${processor.type} without "${name}" (it is ${describe(token)})`);
}

/** [{ SpecialToken: { id, type_id } | { Sequence: { id: "A" | "B", type_id } }], ids by name in `special_tokens`. */
function applyTemplate(processor: Component, encodings: readonly Encoding[]): Encoding[] {
  if (encodings.length > 2) {
    throw new UnsupportedModelError(
      "The tokenizer has a TemplateProcessing behind another one, which is not supported.",
    );
  }
  const name = encodings.length === 1 ? "single" : "pair";
  const template = processor[name];
  const tokens = processor["special_tokens"];
  if (!Array.isArray(template) || !isObject(tokens)) {
    throw notATokenizer(`has a TemplateProcessing without "${name}" and "special_tokens"`);
  }
  return template.map((piece: unknown): Encoding => {
    const token = isObject(piece) ? piece["SpecialToken"] : undefined;
    const sequence = isObject(piece) ? piece["Sequence"] : undefined;
    if (isObject(sequence) && isTokenId(sequence["type_id"])) {
      const encoding = encodings[sequence["id"] === "A" ? 0 : sequence["id"] === "B" ? 1 : 2];
      const type = sequence["type_id"];
      if (encoding !== undefined) return encoding.map((part) => ({ ...part, type }));
    }
    if (isObject(token) && isTokenId(token["type_id"])) {
      const entry = tokens[String(token["id"])];
      const ids = isObject(entry) ? entry["ids"] : undefined;
      if (Array.isArray(ids) && ids.every(isTokenId)) return [{ ids, type: token["type_id"] }];
    }
    throw notATokenizer(`has a template "${name}" with a part that names no known token: ${JSON.stringify(piece)}`);
  });
}

function makeFrame(single: readonly Piece[], pair: readonly Piece[]): Frame {
  const one = splitAtTexts(single, "A");
  const two = splitAtTexts(pair, "AB");
  return {
    single: { before: one.tokens[0]!, after: one.tokens[1]!, type: one.types[0]! },
    pair: {
      before: two.tokens[0]!,
      between: two.tokens[1]!,
      after: two.tokens[2]!,
      firstType: two.types[0]!,
      secondType: two.types[1]!,
    },
  };
}

/** The special tokens between the texts, which must stand in the order of `texts`, each once. */
function splitAtTexts(pieces: readonly Piece[], texts: "A" | "AB"): { tokens: SpecialTokens[]; types: number[] } {
  const order = pieces.map((piece) => ("text" in piece ? piece.text : "")).join("");
  if (order !== texts) {
    throw new UnsupportedModelError(
      `The tokenizer's template has its texts in the order "${order}"; "${texts}" is supported.`,
    );
  }
  const tokens: SpecialTokens[] = [];
  const types: number[] = [];
  let ids: number[] = [];
  let idTypes: number[] = [];
  const close = (): void => {
    tokens.push({ ids: Int32Array.from(ids), types: Int32Array.from(idTypes) });
    [ids, idTypes] = [[], []];
  };
  for (const piece of pieces) {
    if ("text" in piece) {
      close();
      types.push(piece.type);
    } else {
      ids.push(...piece.ids);
      idTypes.push(...piece.ids.map(() => piece.type));
    }
  }
  close();
  return { tokens, types };
}
