/**
 * `ferris eval`: how well search answers, measured on questions whose answers are known.
 *
 * Two kinds of question: a data set in BEIR's layout, which is indexed for the purpose, or a user's own over an index that is
 * there, which may be compared with a second index.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { bundledModel, documentEmbedder, loadModel, queryEmbedder } from "../../engine.ts";
import { exitCodes, UsageError } from "../../errors.ts";
import type { ModeScores } from "../../evaluation/evaluate.ts";
import type { SearchMode } from "../../search/search.ts";
import { modelOptions, openFerris } from "../open.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { table } from "../terminal/table.ts";
import { grouped, printable } from "../terminal/text.ts";
import { withExamples, withModelOptions } from "./shared-options.ts";

interface EvalOptions {
  readonly beir?: string;
  readonly split?: string;
  readonly compareDb?: string;
  readonly mode?: readonly string[];
}

/** Scores under a heading: one index, or one data set. */
interface Section {
  readonly name: string;
  readonly questions: number;
  readonly scores: readonly ModeScores[];
}

const allModes: readonly SearchMode[] = ["vector", "text", "hybrid"];

export function evalCommand(): Command {
  const command = new Command("eval")
    .summary("how well search answers questions with known answers")
    .description(
      "Measures nDCG@10, recall@100 and MRR@10 by mode. QUESTIONS is a file of lines such as\n" +
        '{"query": "how do I rotate a key", "expected": ["docs/keys.md"]}, asked of the index in force. With --beir the\n' +
        "data set is indexed first, each document whole: in --db if given, so that the next run need not, else for once.",
    )
    .argument("[questions]", "a file of questions with the documents that answer them");
  command
    .option("--beir <dir>", "a data set in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/*.tsv")
    .option("--split <name>", "which of qrels/*.tsv (default: the only one)")
    .option("--compare-db <dir>", "ask a second index the same questions")
    .option("--mode <name>", "only this mode: vector, text or hybrid");
  withModelOptions(command);
  withExamples(command, [
    ["ferris eval questions.jsonl", "your own questions, your own index"],
    ["ferris eval questions.jsonl --db small --compare-db large", "two indexes side by side"],
    ["ferris eval --beir scifact --db scifact-index", "a published data set"],
  ]);
  return runs(command, (session, [questions], options) => evaluateCommand(session, questions, options as EvalOptions));
}

async function evaluateCommand(session: Session, questions: string | undefined, options: EvalOptions): Promise<number> {
  const { beir, compareDb } = options;
  if ((questions === undefined) === (beir === undefined))
    throw new UsageError("give either a file of questions or --beir DIR");
  if (beir !== undefined && compareDb !== undefined)
    throw new UsageError("--compare-db goes with a file of questions, not with --beir");
  const signal = session.interruptible("stopping");
  const modes = session.settings.origins.mode.kind === "flag" ? [session.settings.values.mode] : allModes;
  const sections =
    beir === undefined
      ? await evaluateOwn(
          session,
          questions!,
          [session.settings.values.db, ...(compareDb ? [compareDb] : [])],
          modes,
          signal,
        )
      : [await evaluateBeir(session, beir, options.split, modes, signal)];
  if (session.json) session.printJson({ sections });
  else
    session.print(
      sections
        .flatMap((section) => [...sectionLines(section), ""])
        .join("\n")
        .trimEnd(),
    );
  return exitCodes.success;
}

async function evaluateOwn(
  session: Session,
  file: string,
  indexes: readonly (string | null)[],
  modes: readonly SearchMode[],
  signal: AbortSignal,
): Promise<Section[]> {
  const { readOwnQuestions } = await import("../../evaluation/own-questions.ts");
  const sections: Section[] = [];
  for (const db of indexes) {
    const ferris = await openFerris(session, db);
    const line = session.progress();
    try {
      const documents = await ferris.documents();
      const { questions, missing } = await readOwnQuestions(
        file,
        documents.map((document) => document.path),
      );
      for (const path of missing)
        session.warn(`${printable(path)} is expected, but not in ${ferris.folder}: it counts as not found`);
      const scores = await ferris.evaluate(questions, {
        modes,
        signal,
        onProgress: (done, total) => line.update({ label: "asking", done, total, unit: "questions" }),
      });
      sections.push({ name: ferris.folder, questions: questions.length, scores });
    } finally {
      line.finish();
      await ferris.close();
    }
  }
  return sections;
}

async function evaluateBeir(
  session: Session,
  folder: string,
  split: string | undefined,
  modes: readonly SearchMode[],
  signal: AbortSignal,
): Promise<Section> {
  const [{ readCorpus, readQuestions }, { corpusId, indexCorpus }, { evaluate }, { openIndexForWriting }] =
    await Promise.all([
      import("../../evaluation/beir.ts"),
      import("../../evaluation/corpus-index.ts"),
      import("../../evaluation/evaluate.ts"),
      import("../../store/index.ts"),
    ]);
  const questions = await readQuestions(folder, split);
  const { db, model: name } = session.settings.values;
  const model = await loadModel(name ?? bundledModel, { ...modelOptions(session), signal });
  const place = db ?? (await mkdtemp(join(tmpdir(), "ferris-eval-")));
  const line = session.progress();
  try {
    const embedder = documentEmbedder(model);
    const store = await openIndexForWriting(place, { identity: embedder.identity });
    try {
      await indexCorpus(readCorpus(folder), store, embedder, {
        signal,
        onProgress: (done) => line.update({ label: "indexing", done, unit: "documents" }),
      });
      const scores = await evaluate(store, queryEmbedder(model), questions, {
        modes,
        documentId: corpusId,
        signal,
        onProgress: (done, total) => line.update({ label: "asking", done, total, unit: "questions" }),
      });
      return { name: folder, questions: questions.length, scores };
    } finally {
      await store.close();
    }
  } finally {
    line.finish();
    await model.close();
    if (db === null) await rm(place, { recursive: true, force: true });
  }
}

function sectionLines({ name, questions, scores }: Section): string[] {
  const rows = scores.map(({ mode, ndcg10, recall100, mrr10, declined, milliseconds }) => [
    mode,
    ndcg10.toFixed(4),
    recall100.toFixed(4),
    mrr10.toFixed(4),
    declined === null ? "" : `${(declined * 100).toFixed(1)} %`,
    milliseconds.toFixed(1),
  ]);
  return [
    `${printable(name)}, ${grouped(questions)} questions`,
    ...table([["mode", "nDCG@10", "recall@100", "MRR@10", "declined", "ms/query"], ...rows], {
      align: "lrrrrr",
      indent: "  ",
    }),
  ];
}
