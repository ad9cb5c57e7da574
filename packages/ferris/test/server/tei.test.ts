/**
 * text-embeddings-inference beyond `/embed`: vectors of tokens, classes, and what a request cost, each in the shape that its router gives.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Reranker } from "metal-candle";
import { difference, reranker, useServer } from "./support/server.ts";

const classifier = fileURLToPath(new URL("../../../metal-candle/test/goldens/tiny/bert-reranker-3", import.meta.url));
const server = useServer();
const classes = useServer({ rerankers: [classifier] });

interface Refusal {
  readonly error: string;
  readonly error_type: string;
}
interface Prediction {
  readonly label: string;
  readonly score: number;
}

async function post(
  path: string,
  body: object,
  { url } = server,
): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

type Asked = Parameters<typeof post>;
async function refused(...asked: Asked) {
  const answer = await post(...asked);
  return { ...answer, body: answer.body as Refusal };
}
async function vectors(...asked: Asked) {
  const answer = await post(...asked);
  return { ...answer, body: answer.body as number[][][] };
}
async function predictions(...asked: Asked) {
  const answer = await post(...asked);
  return answer.body as Prediction[];
}

describe("/embed_all", () => {
  test("a vector for each token of each text, special tokens included, as the library has them", async () => {
    const texts = ["rotate a key", "", "bread"];
    const { status, body, headers } = await vectors("/embed_all", { inputs: texts });
    expect(status).toBe(200);
    const expected = await server.library.embedTokens(texts);
    expect(body.map(({ length }) => length)).toEqual([5, 2, 3]);
    for (const [i, tokens] of expected.entries()) {
      for (const [j, vector] of [...tokens].entries()) expect(difference(body[i]![j]!, vector)).toBeLessThan(1e-5);
    }
    expect(headers.get("x-compute-tokens")).toBe("10");
    const one = await vectors("/embed_all", { inputs: "bread" });
    expect(one.body).toHaveLength(1);
    expect(difference(one.body[0]![1]!, expected[2]!.at(1))).toBeLessThan(1e-5);
  });

  test("cuts what is too long and says so, or refuses it; refuses what makes no answer", async () => {
    const long = "word ".repeat(3000);
    const cut = await vectors("/embed_all", { inputs: long });
    expect([cut.status, cut.body[0]!.length, cut.headers.get("x-ferris-truncated")]).toEqual([200, 256, "1"]);
    expect((await post("/embed_all", { inputs: long, truncate: false })).status).toBe(422);
    const many = await refused("/embed_all", { inputs: Array.from({ length: 60 }, () => long) });
    expect([many.status, many.body.error_type]).toEqual([413, "Validation"]);
    expect(many.body.error).toMatch(/15360 tokens of 384 numbers each are more than the 4194304/);
    expect(await post("/embed_all", { inputs: [] })).toMatchObject({ status: 400, body: { error_type: "Empty" } });
    for (const inputs of [null, 7, [7], [["a"]], { text: "a" }]) {
      expect((await post("/embed_all", { inputs })).status).toBe(422);
    }
    expect((await post("/embed_all", { inputs: "x", prompt_name: "none such" })).status).toBe(422);
  });
});

describe("/predict", () => {
  const logitsOf = async (texts: (string | [string, string])[]): Promise<number[][]> => {
    await using model = await Reranker.load(classifier, { device: "cpu", onNotice: () => {} });
    return (await model.classify(texts)).map(({ logits }) => [...logits]);
  };

  test("a text, a pair, or a list of both, in the shapes of its router", async () => {
    const [text, pair] = await logitsOf(["bread", ["key", "rotate a key"]]);
    const raw = { raw_scores: true };
    const scoresOf = (given: readonly Prediction[]): number[] =>
      given.toSorted((a, b) => a.label.localeCompare(b.label)).map(({ score }) => score);
    for (const inputs of ["bread", ["bread"]]) {
      const body = await predictions("/predict", { inputs, ...raw }, classes);
      expect(body.map(({ label }) => label).toSorted()).toEqual(["LABEL_0", "LABEL_1", "LABEL_2"]);
      expect(body[0]!.score).toBe(Math.max(...text!));
      expect(difference(scoresOf(body), text!)).toBeLessThan(1e-6);
    }
    const one = await predictions("/predict", { inputs: ["key", "rotate a key"], ...raw }, classes);
    expect(difference(scoresOf(one), pair!)).toBeLessThan(1e-6);
    const both = await post("/predict", { inputs: [["bread"], ["key", "rotate a key"], ["bread"]], ...raw }, classes);
    const [first, second, third] = both.body as Prediction[][];
    expect(first).toHaveLength(3);
    expect(difference(scoresOf(second!), pair!)).toBeLessThan(1e-6);
    expect(difference(scoresOf(third!), text!)).toBeLessThan(1e-6);
  });

  test("scores are probabilities: softmax over several labels, sigmoid of one", async () => {
    const body = await predictions("/predict", { inputs: "bread" }, classes);
    expect(body.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
    const [first] = await predictions("/predict", { inputs: ["key", "a key"], raw_scores: true });
    const [score] = await predictions("/predict", { inputs: ["key", "a key"] });
    expect(score!.score).toBeCloseTo(1 / (1 + Math.exp(-first!.score)), 6);
    const [ranked] = await predictions("/rerank", { query: "key", texts: ["a key"] });
    expect(ranked!.score).toBeCloseTo(score!.score, 6);
  });

  test("what is no text and no pair is refused", async () => {
    for (const inputs of [7, null, ["a", "b", "c"], [["a", "b", "c"]], [[]], ["a", ["b"]], [["a"], "b"], [7], {}]) {
      expect((await post("/predict", { inputs }, classes)).status).toBe(422);
    }
    expect(await post("/predict", { inputs: [] }, classes)).toMatchObject({ status: 400 });
    const long = await post("/predict", { inputs: "word ".repeat(900), truncate: false }, classes);
    expect(long.status).toBe(422);
    expect((await post("/predict", { inputs: "word ".repeat(900) }, classes)).headers.get("x-ferris-truncated")).toBe(
      "1",
    );
  });

  test("labels have the names of the model's config", () => {
    // What the fixture says of itself: without it the test above would prove nothing.
    const { id2label } = JSON.parse(readFileSync(`${classifier}/config.json`, "utf8")) as { id2label: object };
    expect(id2label).toEqual({
      0: "LABEL_0",
      1: "LABEL_1",
      2: "LABEL_2",
    });
    expect(readFileSync(`${reranker}/config.json`, "utf8")).toContain("LABEL_0");
  });
});

describe("what a request cost", () => {
  test.each([
    ["/embed", { inputs: ["a key", "bread"] }],
    ["/embed_all", { inputs: "a key" }],
    ["/similarity", { inputs: { source_sentence: "a key", sentences: ["bread"] } }],
    ["/rerank", { query: "key", texts: ["a key", "bread"] }],
    ["/predict", { inputs: ["key", "a key"] }],
  ])("%s tells it in the headers of text-embeddings-inference", async (path, body) => {
    const { headers } = await post(path, body);
    const number = (name: string): number => Number(headers.get(name) ?? "missing");
    for (const part of ["tokenization", "queue", "inference"])
      expect(number(`x-${part}-time`)).toBeGreaterThanOrEqual(0);
    expect(number("x-total-time")).toBeGreaterThanOrEqual(number("x-inference-time"));
    expect(number("x-compute-tokens")).toBeGreaterThan(3);
    expect(number("x-compute-characters")).toBeGreaterThan(4);
  });

  test("and in its metrics, with the batches", async () => {
    await post("/embed", { inputs: ["a key", "bread", "a third text"] });
    await post("/predict", { inputs: [["key", "a key"]] });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const value = (name: string): number =>
      Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(metrics)?.[1] ?? Number.NaN);
    for (const part of ["tokenization", "queue", "inference"]) {
      expect(value(`te_request_${part}_duration_count`)).toBeGreaterThan(1);
      expect(value(`te_request_${part}_duration_sum`)).toBeGreaterThanOrEqual(0);
    }
    // Per text and not per request, as that server counts them.
    for (const kind of ["embed", "predict"]) {
      const counts = ["", "_tokenization", "_queue", "_inference"].map((part) =>
        value(`te_${kind}${part}_duration_count`),
      );
      expect(counts).toEqual(Array(4).fill(value(`te_${kind}_count`)));
    }
    expect(value("te_embed_duration_sum")).toBeGreaterThan(0);
    expect(value("te_request_inference_duration_sum")).toBeLessThan(value("te_request_duration_sum"));
    expect(value("te_batch_next_size_count")).toBeGreaterThan(1);
    // Each text that was embedded or scored was in a batch; indexing and the library's own are counted elsewhere.
    expect(value("te_batch_next_size_sum")).toBeGreaterThanOrEqual(value("te_embed_count") + value("te_predict_count"));
    expect(value("te_batch_next_tokens_sum")).toBeGreaterThanOrEqual(value("te_request_input_length_sum"));
  });
});
