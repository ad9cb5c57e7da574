/** Question sets: BEIR's layout and a user's own file, and what is wrong with a bad one. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError, UsageError } from "../../src/errors.ts";
import { readCorpus, readQuestions } from "../../src/evaluation/beir.ts";
import { readOwnQuestions } from "../../src/evaluation/own-questions.ts";

const handbook = fileURLToPath(new URL("fixtures/handbook", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ferris-beir-"));
  mkdirSync(join(folder, "qrels"));
  for (const name of ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
    copyFileSync(join(handbook, name), join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("BEIR's layout", () => {
  test("documents and questions with their judgements", async () => {
    const corpus = await all(readCorpus(folder));
    expect(corpus.length).toBe(30);
    expect(corpus[6]).toMatchObject({ id: "err1042", title: "Error FERR-1042" });
    const questions = await readQuestions(folder);
    expect(questions.length).toBe(30);
    expect(questions[1]).toEqual({ id: "q2", text: "FERR-1042", relevant: new Map([["err1042", 1]]) });
  });

  test("compressed with gzip", async () => {
    writeFileSync(join(folder, "corpus.jsonl.gz"), gzipSync(readFileSync(join(folder, "corpus.jsonl"))));
    rmSync(join(folder, "corpus.jsonl"));
    expect((await all(readCorpus(folder))).length).toBe(30);
    writeFileSync(join(folder, "corpus.jsonl.gz"), readFileSync(join(folder, "corpus.jsonl.gz")).subarray(0, 500));
    await expect(all(readCorpus(folder))).rejects.toThrow("corpus.jsonl.gz cannot be read");
  });

  const hasXz = (() => {
    try {
      execFileSync("xz", ["--version"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  })();
  test.runIf(hasXz)(`compressed with xz${hasXz ? "" : " (NOT RUN: no xz here)"}`, async () => {
    execFileSync("xz", [join(folder, "corpus.jsonl")]);
    expect((await all(readCorpus(folder))).length).toBe(30);
    writeFileSync(join(folder, "corpus.jsonl.xz"), "no xz");
    await expect(all(readCorpus(folder))).rejects.toThrow("corpus.jsonl.xz cannot be read: xz: ");
  });

  test("what is wrong is said with its place", async () => {
    const corpus = join(folder, "corpus.jsonl");
    writeFileSync(corpus, '{"_id":"a","text":"x"}\n{"_id":"b"}\n');
    await expect(all(readCorpus(folder))).rejects.toThrow(`${corpus}, line 2: a document needs "_id" and "text"`);
    writeFileSync(corpus, "{\n");
    await expect(all(readCorpus(folder))).rejects.toThrow(`${corpus}, line 1: not JSON`);
    rmSync(corpus);
    await expect(all(readCorpus(folder))).rejects.toThrow(`${corpus} is not there`);
    writeFileSync(join(folder, "qrels", "test.tsv"), "q1 keys 1\n");
    await expect(readQuestions(folder)).rejects.toThrow("test.tsv, line 1: not");
  });

  test("several splits have to be chosen from", async () => {
    copyFileSync(join(folder, "qrels/test.tsv"), join(folder, "qrels/train.tsv"));
    await expect(readQuestions(folder)).rejects.toThrow(UsageError);
    expect((await readQuestions(folder, "train")).length).toBe(30);
    await expect(readQuestions(folder, "dev")).rejects.toThrow('"dev" is not one of them');
  });

  test("a set without judged questions is refused", async () => {
    writeFileSync(join(folder, "qrels", "test.tsv"), "query-id\tcorpus-id\tscore\nq1\tkeys\t0\n");
    await expect(readQuestions(folder)).rejects.toThrow("nothing to measure");
  });
});

describe("one's own questions", () => {
  const indexed = ["/notes/docs/keys.md", "/notes/docs/old/keys.md", "/notes/bread.txt"];
  const read = (content: string) => {
    const path = join(folder, "questions.jsonl");
    writeFileSync(path, content);
    return readOwnQuestions(path, indexed);
  };

  test("match paths of the index whole or by their ends", async () => {
    const { questions, missing } = await read(
      '{"query":"a","expected":["/notes/bread.txt"]}\n\n{"query":"b","expected":"keys.md"}\n{"query":"c","expected":["gone.md"]}\n',
    );
    expect(questions.map(({ relevant }) => [...relevant.keys()])).toEqual([
      ["/notes/bread.txt"],
      ["/notes/docs/keys.md", "/notes/docs/old/keys.md"],
      ["gone.md"],
    ]);
    expect(missing).toEqual(["gone.md"]);
  });

  test.each([
    ["", "has no questions"],
    ["\n \n", "has no questions"],
    ["{", "line 1: not JSON"],
    ['{"query":"a","expected":["x"]}\n{"query":" ","expected":["x"]}', 'line 2: no "query", or an empty one'],
    ['{"query":"a"}', 'line 1: "expected" must list at least one path'],
    ['{"query":"a","expected":[]}', 'line 1: "expected" must list at least one path'],
  ])("%j is refused", async (content, message) => {
    await expect(read(content)).rejects.toThrow(InputError);
    await expect(read(content)).rejects.toThrow(message);
  });

  test("a file that is not there is named", async () => {
    await expect(readOwnQuestions("/no/such/file", indexed)).rejects.toThrow("/no/such/file cannot be read");
  });
});
