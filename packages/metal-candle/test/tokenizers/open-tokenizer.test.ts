/** Which implementation serves what, and what is said of files that are no tokenizer, or one with a part that we do not run. */
import { describe, expect, it } from "vitest";
import { ModelFileError, UnsupportedModelError } from "../../src/errors.ts";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import { encodeAll } from "./support/encode.ts";
import { filesOf, goldensFolder, minilmFolder, readJson, tokenizerFiles } from "./support/goldens.ts";
import { RustTokenizer } from "./support/rust.ts";

type Json = Record<string, unknown>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const minilm = readJson(`${minilmFolder}tokenizer.json`) as Json;
const withParts = (parts: Json): Uint8Array => bytes(JSON.stringify({ ...minilm, ...parts }));
const model = (parts: Json): Uint8Array => withParts({ model: { ...(minilm["model"] as Json), ...parts } });

describe("a file that is not a tokenizer", () => {
  it.each([
    ["nothing", bytes(""), /not JSON \(0 bytes/],
    ["text", bytes("version: 1"), /not JSON/],
    ["bytes that are not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d), /not JSON/],
    ["a cut file", bytes(JSON.stringify(minilm).slice(0, 1000)), /not JSON \(1000 bytes/],
    ["a list", bytes("[1]"), /holds an array of 1 where an object is expected/],
    ["another object", bytes('{"a": 1}'), /has no "model" object \(it is missing\)/],
    ["no vocabulary", model({ vocab: 7 }), /no vocabulary in "model.vocab" \(it is the number 7\)/],
    ["an invalid id", model({ vocab: { "[UNK]": 0, a: -1 } }), /gives the token "a" the id -1/],
    ["no unknown token", model({ unk_token: "[?]" }), /names "\[\?\]" for unknown words, which is not in/],
    ["a normalizer without a type", withParts({ normalizer: {} }), /has a "normalizer" without a type/],
    ["added tokens of another kind", withParts({ added_tokens: [{ id: "1" }] }), /added token, number 0,/],
    ["a template of unknown tokens", template("[X]"), /names no known token/],
  ])("%s", async (_, json, message) => {
    await expect(openTokenizer(filesOf(json))).rejects.toThrow(message);
    await expect(openTokenizer(filesOf(json))).rejects.toThrow(ModelFileError);
  });

  it.each([
    ["is not JSON", bytes('{\n  "model": {\n    oops\n  }\n}'), ModelFileError],
    ["is not a tokenizer", bytes("{}"), ModelFileError],
    ["has a part that we do not run", withParts({ post_processor: { type: "Invented" } }), UnsupportedModelError],
    ["has a normaliser that there is not", withParts({ normalizer: { type: "In\nvented" } }), UnsupportedModelError],
  ])("that %s is named by its path, in one line", async (_, json, errorClass) => {
    const error = await openTokenizer({ ...filesOf(json), path: "/models/a/tokenizer.json" }).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(errorClass);
    expect((error as Error).message).toMatch(/^\/models\/a\/tokenizer\.json[ :][^\n]+$/);
  });

  it("a Unigram vocabulary of another kind", async () => {
    const xlmr = readJson(`${goldensFolder}tiny/xlm-roberta/tokenizer.json`) as Json;
    const open = (parts: Json): Promise<unknown> =>
      openTokenizer(filesOf(bytes(JSON.stringify({ ...xlmr, ...parts }))));
    await expect(open({ model: { type: "Unigram", vocab: [["a"]] } })).rejects.toThrow(
      /entry, number 0, that is not a piece/,
    );
    await expect(open({ normalizer: { type: "Precompiled", precompiled_charsmap: "?" } })).rejects.toThrow(
      /not base64/,
    );
    await expect(open({ normalizer: { type: "Precompiled", precompiled_charsmap: "/////w==" } })).rejects.toThrow(
      /announces an array of 4294967295 bytes/,
    );
  });

  it("merges of another kind", async () => {
    const roberta = readJson(`${goldensFolder}tiny/roberta/tokenizer.json`) as Json;
    const json = { ...roberta, model: { ...(roberta["model"] as Json), merges: ["a b c"] } };
    await expect(openTokenizer(filesOf(bytes(JSON.stringify(json))))).rejects.toThrow(/merge, number 0,.*"a b c"/);
  });
});

describe("a part that we do not run", () => {
  it.each([
    ["a post-processor", withParts({ post_processor: { type: "Invented" } }), /post-processor "Invented"/],
    ["a normalizer", withParts({ normalizer: { type: "Invented" } }), /Invented/],
    ["a pre-tokenizer", withParts({ pre_tokenizer: { type: "Invented" } }), /Invented/],
    [
      "a pattern",
      withParts({ normalizer: { type: "Replace", pattern: { Regex: "(?<=a)b" }, content: "" } }),
      /normalizer Replace cannot be used: the regular expression/,
    ],
    ["a model", model({ type: "Invented" }), /"Invented"/],
  ])("%s", async (_, json, message) => {
    await expect(openTokenizer(filesOf(json))).rejects.toThrow(message);
    await expect(openTokenizer(filesOf(json))).rejects.toThrow(UnsupportedModelError);
  });
});

describe("the general path", () => {
  const nfkc = { type: "Sequence", normalizers: [{ type: "NFKC" }, minilm["normalizer"]] };
  const tokens = [...(minilm["added_tokens"] as Json[]), { id: 7, content: "<s>", lstrip: true, normalized: true }];
  const json = withParts({ normalizer: nfkc, added_tokens: tokens.map((token) => ({ ...flags, ...token })) });
  const texts = [
    "Plain words, ﬁne ones.",
    "½ of it [MASK]ed",
    "ein Süßes",
    "  ",
    "a  <S> b <s>",
    "日本語の文",
    "\ud800x",
  ];

  it("serves what ours do not know, with Rust's ids", async () => {
    const tokenizer = await openTokenizer(filesOf(json));
    expect(tokenizer.path).toBe("general");
    expect(encodeAll(tokenizer, texts)).toEqual(await new RustTokenizer(json).encode(texts));
    expect(tokenizer.vocabularySize).toBe(30_523);
  });

  it("truncates as the others do", async () => {
    const tokenizer = await openTokenizer(filesOf(json));
    expect(encodeAll(tokenizer, ["one two three four"], 4)).toEqual([[101, 2028, 2048, 102]]);
    expect(tokenizer.truncated).toBe(true);
  });
});

describe("the sizes", () => {
  it.each([
    [minilmFolder, { path: "wordpiece", special: 2, pair: 3, leading: 1, size: 30_522 }],
    [`${goldensFolder}tiny/mpnet`, { path: "wordpiece", special: 2, pair: 4, leading: 1, size: 2600 }],
    [`${goldensFolder}tiny/xlm-roberta`, { path: "unigram", special: 2, pair: 4, leading: 1, size: 3000 }],
    [`${goldensFolder}tiny/roberta`, { path: "byte-level-bpe", special: 2, pair: 4, leading: 1, size: 892 }],
  ])("of %s", async (folder, expected) => {
    const tokenizer = await openTokenizer(tokenizerFiles(folder));
    expect({
      path: tokenizer.path,
      special: tokenizer.specialTokens,
      pair: tokenizer.pairSpecialTokens,
      leading: tokenizer.leadingSpecialTokens,
      size: tokenizer.vocabularySize,
    }).toEqual(expected);
  });
});

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };

function template(token: string): Uint8Array {
  const pieces = [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }];
  return withParts({
    post_processor: { type: "TemplateProcessing", single: pieces, pair: pieces, special_tokens: {} },
  });
}
