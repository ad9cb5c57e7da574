/** Records in, embeddings out. */
import { expect, test } from "vitest";
import { embeddingLine, parseTextRecord } from "../../../src/cli/io/json-lines.ts";

test("a record has a text, and may have an id", () => {
  expect(parseTextRecord({ text: '{"id":"a","text":"x\\ny"}', number: 1 })).toEqual({ id: "a", text: "x\ny" });
  expect(parseTextRecord({ text: '{"id":7,"text":"","more":1}', number: 1 })).toEqual({ id: 7, text: "" });
  expect(parseTextRecord({ text: '{"text":"x"}', number: 1 }).id).toBeUndefined();
});

test.each([
  ["", "line 3: empty"],
  ["{", "line 3: not JSON"],
  ['"text"', "line 3: not a JSON object"],
  ["[]", "line 3: not a JSON object"],
  ["{}", 'line 3: no "text"'],
  ['{"text":1}', 'line 3: "text" is not a string'],
  ['{"text":"x","id":12345678901234567890}', 'line 3: "id" is a number above 9007199254740991'],
  ['{"text":"x","id":{}}', 'line 3: "id" is neither string nor number'],
])("%j is an error with its line", (text, message) => {
  expect(() => parseTextRecord({ text, number: 3 })).toThrow(message);
});

test("numbers in the output are the same f32 when they are read again", () => {
  const values = new Float32Array(3000);
  // All exponents of a unit vector's components, and mantissas in a fixed but irregular order.
  for (let i = 0; i < values.length; i++) values[i] = Math.sin(i * 1.618) * 2 ** -(i % 40);
  const { embedding, id, tokens, truncated } = JSON.parse(embeddingLine("a", values, 5, true)) as Record<
    string,
    unknown
  >;
  expect(Float32Array.from(embedding as number[])).toEqual(values);
  expect({ id, tokens, truncated }).toEqual({ id: "a", tokens: 5, truncated: true });
});

test("an id that was not there stays away", () => {
  expect(embeddingLine(undefined, new Float32Array([0.5]), 2, false)).toBe(
    '{"embedding":[0.5],"tokens":2,"truncated":false}\n',
  );
});
