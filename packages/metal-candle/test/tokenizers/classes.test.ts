/**
 * What transformers 5 makes of tokenizer.json and the files beside it, class by class: ids, cut ids and token types of cases that
 * scripts/goldens/tokenizer_classes.py ran there.
 */
import { describe, expect, it } from "vitest";
import { UnsupportedModelError } from "../../src/errors.ts";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import type { TokenizerFiles } from "../../src/models/description.ts";
import { encodeAll } from "./support/encode.ts";
import { goldensFolder, readJson } from "./support/goldens.ts";

interface Case {
  readonly base: string;
  readonly modelType: string;
  readonly tokenizerClass?: string;
  readonly changes: object;
  readonly config: object | null;
  readonly files: Readonly<Record<string, object>>;
  readonly ids: number[][];
  readonly cut: number[][];
  readonly types?: number[][];
}

const { texts, bases, cases } = readJson(`${goldensFolder}tokenizer-classes.json`) as {
  texts: string[];
  bases: Record<string, object>;
  cases: Case[];
};

function filesOf(test: Pick<Case, "base" | "modelType" | "changes" | "config"> & Partial<Case>): TokenizerFiles {
  return {
    json: new TextEncoder().encode(JSON.stringify({ ...bases[test.base], ...test.changes })),
    config: test.config ?? undefined,
    specialTokensMap: test.files?.["special_tokens_map.json"],
    addedTokens: test.files?.["added_tokens.json"],
    modelType: test.modelType,
    tokenizerClass: test.tokenizerClass,
    hash: JSON.stringify(test),
  };
}

describe("as transformers does it", () => {
  it.each(cases.map((test, index) => [index, test] as const))("case %i", async (_, test) => {
    const tokenizer = await openTokenizer(filesOf(test));
    const ids = encodeAll(tokenizer, texts);
    expect(ids).toEqual(test.ids);
    expect(encodeAll(tokenizer, texts, 10)).toEqual(test.cut);
    const types = ids.map(({ length }) => {
      const written = new Int32Array(length);
      tokenizer.writeTypes(written, 0, length);
      return Array.from(written);
    });
    expect(types).toEqual(test.types ?? ids.map((row) => row.map(() => 0)));
  });
});

describe("what is refused by name", () => {
  it.each([
    [
      "a class that builds its tokenizer in its own way",
      { tokenizer_class: "BertJapaneseTokenizer" },
      /class "BertJapaneseTokenizer"/,
    ],
    [
      "code",
      { auto_map: { AutoTokenizer: ["own.Tokenizer", null] } },
      /"auto_map" names a tokenizer that comes as code/,
    ],
    ["a flag of another kind", { do_lower_case: "yes" }, /"do_lower_case" of tokenizer_config.json is "yes"/],
    ["no first token", { cls_token: null }, /"cls_token" of tokenizer_config.json is null/],
    ["a token of another kind", { sep_token: 5 }, /"sep_token".*the number 5/],
    ["a side of another kind", { truncation_side: "middle" }, /"truncation_side".*"middle"/],
    ["a vocabulary of another kind", { tokenizer_class: "XLMRobertaTokenizer" }, /model is "WordPiece"/],
  ])("%s", async (_, config, message) => {
    const opening = openTokenizer(filesOf({ base: "bert", modelType: "bert", changes: {}, config }));
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(UnsupportedModelError);
  });
});
