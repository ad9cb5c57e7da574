/**
 * The special tokens around a text or a pair of texts, from tokenizer.json's post-processor.
 *
 * BertProcessing, RobertaProcessing, TemplateProcessing and none at all; ByteLevel only moves offsets, which nobody reads here.
 * A frame knows no text: framed-tokenizer.ts puts the two together.
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
  /** One text: `before` A `after`. Its token types play no part: they are all 0 in every model that has a single-text frame. */
  readonly single: { readonly before: SpecialTokens; readonly after: SpecialTokens };
  /** Two texts: `before` A `between` B `after`, and the token types of A and B themselves. */
  readonly pair: {
    readonly before: SpecialTokens;
    readonly between: SpecialTokens;
    readonly after: SpecialTokens;
    readonly firstType: number;
    readonly secondType: number;
  };
}

type Piece = { readonly text: "A" | "B"; readonly type: number } | { readonly ids: number[]; readonly type: number };

/**
 * @throws UnsupportedModelError for a post-processor that we do not know, by its name.
 * @throws NotATokenizer for one that lacks a part.
 */
export function readFrame(postProcessor: Component | null): Frame {
  if (postProcessor === null) return NO_SPECIAL_TOKENS;
  switch (postProcessor.type) {
    case "ByteLevel":
      return NO_SPECIAL_TOKENS;
    case "BertProcessing":
      return classifierAndSeparator(postProcessor, 1, 1);
    case "RobertaProcessing":
      return classifierAndSeparator(postProcessor, 2, 0);
    case "TemplateProcessing":
      return makeFrame(readTemplate(postProcessor, "single"), readTemplate(postProcessor, "pair"));
    case "Sequence":
      return readFrame(theOneThatAddsTokens(postProcessor));
    default:
      throw new UnsupportedModelError(
        `The tokenizer's post-processor "${postProcessor.type}" is not supported ` +
          "(BertProcessing, RobertaProcessing, TemplateProcessing and ByteLevel are).",
      );
  }
}

const NO_SPECIAL_TOKENS: Frame = makeFrame(
  [{ text: "A", type: 0 }],
  [
    { text: "A", type: 0 },
    { text: "B", type: 1 },
  ],
);

/** [CLS] A [SEP], and [CLS] A [SEP] (once or twice) B [SEP]. */
function classifierAndSeparator(processor: Component, separators: number, secondType: number): Frame {
  const id = (name: "cls" | "sep"): number => {
    const token = processor[name];
    if (!Array.isArray(token) || !isTokenId(token[1])) {
      throw notATokenizer(`has a ${processor.type} without "${name}" (it is ${describe(token)})`);
    }
    return token[1];
  };
  const classifier: Piece = { ids: [id("cls")], type: 0 };
  const separator: Piece = { ids: [id("sep")], type: 0 };
  const first: Piece[] = [classifier, { text: "A", type: 0 }, separator];
  const second: Piece[] = [
    { text: "B", type: secondType },
    { ids: [id("sep")], type: secondType },
  ];
  return makeFrame(first, separators === 2 ? [...first, separator, ...second] : [...first, ...second]);
}

function theOneThatAddsTokens(sequence: Component): Component | null {
  const processors = sequence["processors"];
  if (!Array.isArray(processors)) {
    throw notATokenizer(`has a post-processor Sequence without "processors" (it is ${describe(processors)})`);
  }
  const adding = processors.filter((processor) => isObject(processor) && processor["type"] !== "ByteLevel");
  if (adding.length > 1) {
    throw new UnsupportedModelError(
      `The tokenizer has ${adding.length} post-processors that add tokens; one is supported.`,
    );
  }
  return (adding[0] as Component | undefined) ?? null;
}

/** [{ SpecialToken: { id, type_id } } | { Sequence: { id: "A" | "B", type_id } }], ids by name in `special_tokens`. */
function readTemplate(processor: Component, name: "single" | "pair"): Piece[] {
  const template = processor[name];
  const tokens = processor["special_tokens"];
  if (!Array.isArray(template) || !isObject(tokens)) {
    throw notATokenizer(`has a TemplateProcessing without "${name}" and "special_tokens"`);
  }
  return template.map((piece: unknown): Piece => {
    const special = isObject(piece) ? piece["SpecialToken"] : undefined;
    const sequence = isObject(piece) ? piece["Sequence"] : undefined;
    if (isObject(sequence) && (sequence["id"] === "A" || sequence["id"] === "B") && isTokenId(sequence["type_id"])) {
      return { text: sequence["id"], type: sequence["type_id"] };
    }
    if (isObject(special) && isTokenId(special["type_id"])) {
      const token = tokens[String(special["id"])];
      const ids = isObject(token) ? token["ids"] : undefined;
      if (Array.isArray(ids) && ids.every(isTokenId)) {
        return { ids, type: special["type_id"] };
      }
    }
    throw notATokenizer(`has a template "${name}" with a part that names no known token: ${JSON.stringify(piece)}`);
  });
}

function makeFrame(single: readonly Piece[], pair: readonly Piece[]): Frame {
  const one = splitAtTexts(single, "A");
  const two = splitAtTexts(pair, "AB");
  return {
    single: { before: one.tokens[0]!, after: one.tokens[1]! },
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
