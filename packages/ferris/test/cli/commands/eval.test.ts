/** `ferris eval` as a process: a data set in the repository, a user's own questions, two indexes side by side. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { ferris, succeeds, temporaryFolder } from "../support/ferris-here.ts";

const handbook = fileURLToPath(new URL("../../evaluation/fixtures/handbook", import.meta.url));

interface Report {
  sections: {
    name: string;
    questions: number;
    scores: {
      mode: string;
      reranked: boolean;
      ndcg10: number;
      recall100: number;
      mrr10: number;
      declined: number | null;
    }[];
  }[];
}

describe("a data set in BEIR's layout", () => {
  test("hybrid is at least as good as the better of its halves, and almost no question is declined", async () => {
    const db = join(temporaryFolder("eval"), "handbook");
    const { code, stdout, stderr } = await ferris([
      "eval",
      "--beir",
      handbook,
      "--device",
      "cpu",
      "--db",
      db,
      "--json",
    ]);
    expect(code, stderr).toBe(0);
    const [section] = (JSON.parse(stdout) as Report).sections;
    expect(section!.questions).toBe(30);
    const [vector, text, hybrid] = section!.scores;
    expect([vector, text, hybrid].map((scores) => scores!.mode)).toEqual(["vector", "text", "hybrid"]);
    expect(vector!.ndcg10).toBeGreaterThan(0.9);
    expect(text!.ndcg10).toBeGreaterThan(0.4);
    expect(hybrid!.ndcg10).toBeGreaterThanOrEqual(Math.max(vector!.ndcg10, text!.ndcg10) - 0.01);
    expect(hybrid!.recall100).toBe(1);
    expect(hybrid!.declined).toBeLessThanOrEqual(1 / 30);

    // The second time nothing is embedded but the questions, and the numbers are the same.
    const again = await ferris(["eval", "--beir", handbook, "--device", "cpu", "--db", db, "--mode", "text"]);
    expect(again.stdout).toMatch(/^ {2}text +0\.\d{4} +0\.\d{4} +0\.\d{4} +\d+\.\d$/m);
    expect(again.stdout).toContain(text!.ndcg10.toFixed(4));
    expect(again.stdout).not.toContain("hybrid");
  });
});

describe("one's own questions", () => {
  const folder = temporaryFolder("own");
  beforeAll(async () => {
    mkdirSync(join(folder, "docs"));
    writeFileSync(join(folder, "docs", "keys.md"), "# Keys\n\nTo rotate a key, create the second one first.\n");
    writeFileSync(join(folder, "docs", "bread.md"), "# Bread\n\nKnead the dough and let it rise.\n");
    await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
    await succeeds(["index", "docs/bread.md", "--device", "cpu", "--db", "half"], { cwd: folder });
    writeFileSync(
      join(folder, "questions.jsonl"),
      '{"query":"replace a credential","expected":["docs/keys.md"]}\n{"query":"baking","expected":["docs/bread.md"]}\n',
    );
  });

  test("two indexes side by side", async () => {
    const { code, stdout, stderr } = await ferris(
      ["eval", "questions.jsonl", "--device", "cpu", "--mode", "vector", "--compare-db", "half", "--json"],
      { cwd: folder },
    );
    expect(code, stderr).toBe(0);
    const { sections } = JSON.parse(stdout) as Report;
    expect(sections.map(({ name }) => name)).toEqual([join(folder, ".ferris"), join(folder, "half")]);
    expect(sections.map(({ scores }) => scores[0]!.mrr10)).toEqual([1, 0.5]);
    expect(stderr).toContain("docs/keys.md is expected, but not in");
  });

  test("with a cross-encoder, which changes the ranking", async () => {
    const reranker = fileURLToPath(
      new URL("../../../../metal-candle/test/goldens/tiny/bert-reranker-1", import.meta.url),
    );
    const args = ["eval", "--beir", handbook, "--device", "cpu", "--mode", "text", "--json"];
    const { code, stdout, stderr } = await ferris([...args, "--reranker", reranker]);
    expect(code, stderr).toBe(0);
    const { scores } = (JSON.parse(stdout) as Report).sections[0]!;
    expect(scores.map(({ mode, reranked }) => [mode, reranked])).toEqual([
      ["text", false],
      ["text", true],
    ]);
    // A tiny model of random weights: it cannot help, but it must be asked.
    expect(scores[1]!.ndcg10).not.toBe(scores[0]!.ndcg10);
  });

  test("an empty set is refused", async () => {
    writeFileSync(join(folder, "none.jsonl"), "\n");
    const { code, stderr } = await ferris(["eval", "none.jsonl"], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain("none.jsonl has no questions");
  });
});
