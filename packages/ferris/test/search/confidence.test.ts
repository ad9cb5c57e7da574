/** How far the bundled model is believed: by its real tokenizer, which makes a single [UNK] of a word whose letters it does not have. */
import { EmbeddingModel } from "metal-candle";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundledModel, queryEmbedder } from "../../src/engine.ts";
import { confidenceIn, queryConfidence } from "../../src/search/confidence.ts";
import { modelReading } from "../../src/search/search.ts";
import { parseQuery } from "../../src/search/query/query.ts";
import { unreadText } from "../../src/search/unread.ts";

let model: EmbeddingModel;
let confidence: (query: string) => number;
beforeAll(async () => {
  model = await EmbeddingModel.load(bundledModel, { device: "cpu" });
  const { countTokens } = queryEmbedder(model);
  confidence = (query) => queryConfidence(query, countTokens!);
});
afterAll(() => model.close());

test.each(["ไป", "ขา ตา", "มา ดู งาน", "การตั้งค่าเครือข่าย", "ሰላም ለዓለም", "ພາ ສາ"])("%s is not believed", (query) => {
  expect(confidence(query)).toBeLessThan(0.2);
});

test("a word that it does not have takes its share of the others' confidence", () => {
  expect(confidence("how do I reset ไป")).toBeGreaterThan(0.5);
  expect(confidence("key ขา ตา งาน มา")).toBeLessThan(0.5);
});

test.each(["how do I rotate a key", "a", "haha", "key", "aaaa", "1000"])("%s is believed as before", (query) => {
  const { countTokens } = queryEmbedder(model);
  expect(confidence(query)).toBe(confidenceIn(query, countTokens!(query)));
});

describe("a query that the model cannot read", () => {
  const reading = (query: string, isForEnglish = true) =>
    modelReading(parseQuery(query), queryEmbedder(model), { isForEnglish });

  test.each([
    ["как ограничить место на диске", "script", "ru"],
    ["パスワードを変更する", "script", null],
    ["إدارة الطاقة", "script", "ar"],
    ["Wie begrenze ich den Speicherplatz eines Benutzers?", "language", "de"],
    ["cómo instalar un paquete", "language", "es"],
    ["hur installerar jag ett paket", "language", "sv"],
    ["jak zainstalować pakiet", "language", null],
    ["Passwort zurücksetzen", "language", null],
  ])("%s: its %s, %s", (query, problem, language) => {
    const { unread, confidence: believed } = reading(query);
    expect(unread).toEqual({ problem, language });
    expect(believed).toBeLessThanOrEqual(0.5);
  });

  test.each([
    "how do I rotate a key",
    "man page for tar",
    "naïve Bayes",
    "café résumé",
    "Schrödinger equation",
    "São Paulo office",
    "die cast toys",
    "de facto standard",
    "non-maintainer upload",
    "getUserNameFromToken",
    "FERR-1042",
    "du -sh",
    "std::vector<int>",
    "squahs migratons",
    "1000",
    "👍",
  ])("%s is no such query", (query) => {
    const { unread, confidence: believed } = reading(query);
    expect(unread).toBeNull();
    expect(believed).toBe(confidence(parseQuery(query).meaning));
  });

  test("another model's languages are not known, and its scripts tell for themselves", () => {
    expect(reading("Wie begrenze ich den Speicherplatz?", false).unread).toBeNull();
    expect(reading("спящий режим", false).unread).toEqual({ problem: "script", language: "ru" });
  });

  test("is said in a sentence", () => {
    expect(unreadText(null)).toBeNull();
    expect(unreadText({ problem: "script", language: "ru" })).toMatch(/cannot read this query \(Russian\)/);
    expect(unreadText({ problem: "script", language: null })).toMatch(/cannot read this query's script/);
    expect(unreadText({ problem: "language", language: "de" })).toMatch(/is in German, it seems, .* is for English/);
    expect(unreadText({ problem: "language", language: null })).toMatch(/is in another language, it seems/);
  });
});
