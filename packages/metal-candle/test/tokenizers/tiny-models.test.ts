/** Every tiny model's tokenizer gives the ids that PyTorch's encoder was fed, truncated to the model's own maximum length. */
import { describe, expect, it } from "vitest";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import {
  goldensFolder,
  goldenSequences,
  hasTensor,
  readJson,
  goldenTexts,
  tinyModels,
  modelTokenizerFiles,
} from "./support/goldens.ts";

describe.each(tinyModels)("tiny/%s", (name) => {
  const folder = `${goldensFolder}tiny/${name}`;
  const golden = `${folder}/golden.safetensors`;
  const expected = goldenSequences(golden);

  if (name.includes("reranker")) {
    it("encodes the pairs, with token types", async () => {
      const tokenizer = await openTokenizer(modelTokenizerFiles(folder));
      const { pairs, max_length: maxLength } = readJson(`${folder}/golden.json`) as {
        pairs: [number, number][];
        max_length: number;
      };
      const ids = new Int32Array(maxLength);
      const types = new Int32Array(maxLength);
      const encoded = pairs.map(([a, b]) => {
        const length = tokenizer.encodePair(goldenTexts[a]!, goldenTexts[b]!, ids, types, 0, maxLength);
        return { ids: Array.from(ids.subarray(0, length)), types: Array.from(types.subarray(0, length)) };
      });
      expect(encoded.map((pair) => pair.ids)).toEqual(expected);
      // Where the model has no token types, the golden has none.
      const allTypes = encoded.flatMap((pair) => pair.types);
      expect(allTypes).toEqual(
        hasTensor(golden, "token_type_ids") ? goldenSequences(golden, "token_type_ids").flat() : allTypes.map(() => 0),
      );
    });
  } else {
    it("encodes the texts", async () => {
      const tokenizer = await openTokenizer(modelTokenizerFiles(folder));
      const { max_seq_length: maxLength } = readJson(`${folder}/sentence_bert_config.json`) as {
        max_seq_length: number;
      };
      const ids = new Int32Array(maxLength);
      const encoded = goldenTexts.map((text) => {
        const length = tokenizer.encode(text, ids, 0, maxLength);
        expect(tokenizer.truncated).toBe(tokenizer.count(text) > maxLength);
        return Array.from(ids.subarray(0, length));
      });
      expect(encoded).toEqual(expected);
    });
  }
});
