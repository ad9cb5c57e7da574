/**
 * Data sets in BEIR's layout: corpus.jsonl {_id, title, text}, queries.jsonl {_id, text}, qrels/SPLIT.tsv (query, document, grade).
 *
 * Any of them may be compressed: .gz is read by Node, .xz by the program of that name. https://github.com/beir-cellar/beir
 */
import { spawn } from "node:child_process";
import { createReadStream, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { InputError, UsageError } from "../errors.ts";
import { readLines } from "../files/read-lines.ts";
import type { CorpusDocument, Question } from "./question-set.ts";

/** The documents, in the file's order. @throws InputError naming file and line */
export async function* readCorpus(folder: string): AsyncGenerator<CorpusDocument> {
  for await (const [line, place] of lines(file(folder, "corpus.jsonl"))) {
    const { _id, title, text } = parse(line, place);
    if (!isId(_id) || typeof text !== "string") throw new InputError(`${place}: a document needs "_id" and "text"`);
    yield { id: String(_id), title: typeof title === "string" ? title : "", text };
  }
}

/**
 * The questions that have judgements.
 *
 * @param split which of qrels/*.tsv; may be left out where there is one alone
 * @throws InputError naming file and line; UsageError where the split is not there, or not said and not clear
 */
export async function readQuestions(folder: string, split?: string): Promise<Question[]> {
  const judgements = await readJudgements(folder, split);
  const questions: Question[] = [];
  for await (const [line, place] of lines(file(folder, "queries.jsonl"))) {
    const { _id, text } = parse(line, place);
    if (!isId(_id) || typeof text !== "string") throw new InputError(`${place}: a query needs "_id" and "text"`);
    const relevant = judgements.get(String(_id));
    if (relevant) questions.push({ id: String(_id), text, relevant });
  }
  if (questions.length === 0)
    throw new InputError(`${folder}: no query has a judgement, so there is nothing to measure`);
  return questions;
}

async function readJudgements(folder: string, split?: string): Promise<Map<string, Map<string, number>>> {
  const qrels = join(folder, "qrels");
  const splits = existsSync(qrels) ? readdirSync(qrels).filter((name) => /\.tsv(\.gz|\.xz)?$/.test(name)) : [];
  const chosen = split === undefined ? splits : splits.filter((name) => name.startsWith(`${split}.tsv`));
  if (chosen.length !== 1) {
    const names = splits.map((name) => name.replace(/\.tsv.*/, "")).join(", ") || "none";
    throw new UsageError(
      `${qrels} has these splits: ${names}. ${split === undefined ? "Choose one" : `"${split}" is not one of them`}`,
      { option: "split" },
    );
  }
  const judgements = new Map<string, Map<string, number>>();
  for await (const [line, place] of lines(join(qrels, chosen[0]!))) {
    const [query, document, grade] = line.split("\t");
    if (query === "query-id") continue;
    const value = Number(grade);
    if (document === undefined || grade === undefined || Number.isNaN(value)) {
      throw new InputError(`${place}: not "query, document, grade" with tabs between`);
    }
    if (value <= 0) continue;
    const relevant = judgements.get(query!) ?? new Map<string, number>();
    judgements.set(query!, relevant.set(document, value));
  }
  return judgements;
}

function file(folder: string, name: string): string {
  const found = [name, `${name}.gz`, `${name}.xz`]
    .map((variant) => join(folder, variant))
    .find((path) => existsSync(path));
  if (!found)
    throw new InputError(`${join(folder, name)} is not there: a data set is a folder in BEIR's layout`, {
      option: "beir",
    });
  return found;
}

async function* lines(path: string): AsyncGenerator<[line: string, place: string]> {
  for await (const { text, number } of readLines(blocks(path), path)) {
    if (text.trim() !== "") yield [text, `${path}, line ${number}`];
  }
}

async function* blocks(path: string): AsyncGenerator<Uint8Array> {
  try {
    if (path.endsWith(".xz")) yield* decompressedByXz(path);
    else if (path.endsWith(".gz")) yield* pipeline(createReadStream(path), createGunzip(), () => {});
    else yield* createReadStream(path);
  } catch (error) {
    throw new InputError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function* decompressedByXz(path: string): AsyncGenerator<Uint8Array> {
  const xz = spawn("xz", ["-dc", "--", path], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  xz.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const failure = new Promise<string | null>((resolve) => {
    xz.on("error", () => resolve("the program xz is not installed; decompress the file by hand"));
    xz.on("close", (code) => resolve(code === 0 ? null : said.trim() || `xz ended with ${code}`));
  });
  try {
    yield* xz.stdout;
    const why = await failure;
    if (why !== null) throw new Error(why);
  } finally {
    xz.kill();
  }
}

function parse(line: string, place: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw new InputError(`${place}: not JSON (${(error as Error).message})`, { cause: error });
  }
  throw new InputError(`${place}: not a JSON object`);
}

function isId(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
