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
import {
  bundledModel,
  documentEmbedder,
  loadModel,
  loadReranker,
  queryEmbedder,
  type Reranker,
  textScorer,
  usualReranker,
} from "../../engine.ts";
import { UsageError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ModeScores } from "../../evaluation/evaluate.ts";
import type { SearchMode } from "../../search/result.ts";
import { isCorpusPath } from "../../evaluation/corpus-index.ts";
import type { Place } from "../../store/index.ts";
import { indexFolder } from "../../store/places.ts";
import type { Store } from "../../store/store.ts";
import { modelOptions, openFerris } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { storeOf } from "../store.ts";
import { table } from "../terminal/table.ts";
import { grouped, printable } from "../terminal/text.ts";
import {
  type RerankOptions,
  rerankerFor,
  withExamples,
  withModelOptions,
  withRerankOptions,
} from "./shared-options.ts";

interface EvalOptions extends RerankOptions {
  readonly beir?: string;
  readonly split?: string;
  readonly compareDb?: string;
  readonly suite?: string;
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
      "Measures nDCG@10, recall@100 and MRR@10 by mode, with --rerank without it and with it. QUESTIONS is a file of lines such as\n" +
        '{"query": "how do I rotate a key", "expected": ["docs/keys.md"]}, asked of the index in force. With --beir the\n' +
        "data set is indexed first, each document whole: in --db or --store if given, so the next run can reuse it; otherwise in a temporary index.",
    )
    .argument("[questions]", "a file of questions with the documents that answer them");
  command
    .addOption(new Flag("--beir <dir>", "a data set in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/*.tsv"))
    .addOption(new Flag("--split <name>", "which of qrels/*.tsv (default: the only one)"))
    .addOption(new Flag("--suite <file>", "several sets in one table; a list of {name, db, questions or beir}"))
    .addOption(new Flag("--compare-db <dir>", "ask a second index the same questions"))
    .addOption(new Flag("--mode <name>", "only this mode: vector, text or hybrid"));
  withRerankOptions(command);
  withModelOptions(command);
  withExamples(command, [
    ["ferris eval questions.jsonl", "your own questions, your own index"],
    ["ferris eval questions.jsonl --db small --compare-db large", "two indexes side by side"],
    ["ferris eval --beir scifact --db scifact-index", "a published data set"],
    ["ferris eval --suite sets.json", "all your sets, in one table"],
  ]);
  return runs(command, (session, [questions], options) => evaluateCommand(session, questions, options as EvalOptions));
}

/** What is asked, however the questions come. */
interface Asking {
  readonly modes: readonly SearchMode[];
  readonly reranking: { readonly model: string | null } | null;
  readonly signal: AbortSignal;
}

async function evaluateCommand(session: Session, questions: string | undefined, options: EvalOptions): Promise<number> {
  const { beir, split, compareDb, suite } = options;
  if ([questions, beir, suite].filter((given) => given !== undefined).length !== 1) {
    throw new UsageError("give either a file of questions, --beir DIR or --suite FILE");
  }
  if (beir !== undefined && compareDb !== undefined) {
    throw new UsageError("--compare-db goes with a file of questions, not with --beir");
  }
  const { values, origins } = session.settings;
  const modes = origins.mode.kind === "flag" ? [values.mode] : allModes;
  // Which language the questions are in nobody knows yet: English, for a model that is chosen by that.
  const reranking = await rerankerFor(session, options, "");
  const asking = { modes, reranking, signal: session.interruptible("stopping") };
  const indexes = compareDb === undefined ? [values.db] : [values.db, compareDb];
  if (suite !== undefined) return evaluateSuite(session, suite, asking);
  // Named here and now, or none: a setting names the index of the user's own documents.
  const named =
    origins.db.kind === "flag"
      ? indexFolder(process.cwd(), { db: values.db ?? undefined, name: values.index })
      : origins.store.kind === "flag"
        ? { store: storeOf(session)!, name: values.index }
        : null;
  const sections =
    beir === undefined
      ? await evaluateOwn(session, questions!, indexes, asking)
      : [await evaluateBeir(session, { folder: beir, split, place: named }, asking)];
  if (session.json) session.printJson({ sections });
  else session.print(sections.map((section) => sectionLines(section).join("\n")).join("\n\n"));
  return exitCodes.success;
}

async function evaluateSuite(session: Session, file: string, asking: Asking): Promise<number> {
  const { readSuite } = await import("../../evaluation/suite.ts");
  const sections: Section[] = [];
  for (const { name, questions, beir, split, db } of await readSuite(file)) {
    const scored =
      beir === null
        ? await evaluateOwn(session, questions!, [db], asking)
        : [await evaluateBeir(session, { folder: beir, split, place: db }, asking)];
    sections.push(...scored.map((section) => ({ ...section, name })));
  }
  if (session.json) session.printJson({ sections });
  else session.print(suiteLines(sections).join("\n"));
  return exitCodes.success;
}

function suiteLines(sections: readonly Section[]): string[] {
  const rows = sections.flatMap(({ name, questions, scores }) =>
    scores.map(({ mode, reranked, hit1, hit3, hit10, ndcg10, declined, milliseconds }) => [
      printable(name),
      grouped(questions),
      modeName(mode, reranked),
      [hit1, hit3, hit10].map((share) => Math.round(share * questions)).join("/"),
      ndcg10.toFixed(4),
      declined === null ? "" : `${Math.round(declined * questions)}`,
      milliseconds.toFixed(1),
    ]),
  );
  const header = ["set", "questions", "mode", "hit@1/3/10", "nDCG@10", "declined", "ms/query"];
  return table([header, ...rows], { align: "lrlrrrr", indent: "" });
}

async function evaluateOwn(
  session: Session,
  file: string,
  indexes: readonly (string | null)[],
  { modes, reranking, signal }: Asking,
): Promise<Section[]> {
  const { readOwnQuestions } = await import("../../evaluation/own-questions.ts");
  const sections: Section[] = [];
  for (const db of indexes) {
    const ferris = await openFerris(session, { db, reranker: reranking?.model ?? undefined });
    const line = session.progress();
    try {
      const indexed = (await ferris.documents()).map((document) => document.path);
      const { questions, missing } = await readOwnQuestions(file, indexed);
      for (const path of missing) {
        session.warn(`${path} is expected, but not in ${ferris.folder}: it counts as not found`);
      }
      const scores = await ferris.evaluate(questions, {
        modes,
        rerank: reranking !== null,
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

/** A data set is measured alone: among other documents the figures would be wrong, and the other index spoilt. */
async function refuseOtherDocuments(store: Store, most = Infinity): Promise<void> {
  const documents = await store.documents();
  const others = documents.filter(({ path }) => !isCorpusPath(path)).length || Math.max(0, documents.length - most);
  if (others === 0) return;
  throw new UsageError(
    `the index in ${store.path} holds ${grouped(others)} documents that are not of this data set: name a folder of its own with --db, an index of its own with --store and --index, or none`,
  );
}

async function evaluateBeir(
  session: Session,
  { folder, split, place: named }: { folder: string; split: string | undefined; place: Place | null },
  { modes, reranking, signal }: Asking,
): Promise<Section> {
  const [{ readCorpus, readQuestions }, { corpusId, indexCorpus }, { evaluate }, { openIndexForWriting }] =
    await Promise.all([
      import("../../evaluation/beir.ts"),
      import("../../evaluation/corpus-index.ts"),
      import("../../evaluation/evaluate.ts"),
      import("../../store/index.ts"),
    ]);
  const questions = await readQuestions(folder, split);
  const { model: name } = session.settings.values;
  const options = { ...modelOptions(session), signal };
  const model = await loadModel(name ?? bundledModel, options);
  const temporary = named === null ? await mkdtemp(join(tmpdir(), "ferris-eval-")) : null;
  const line = session.progress();
  let reranker: Reranker | undefined;
  try {
    if (reranking) reranker = await loadReranker(reranking.model ?? usualReranker, options);
    const embedder = documentEmbedder(model);
    const store = await openIndexForWriting(named ?? temporary!, { identity: embedder.identity });
    try {
      await refuseOtherDocuments(store);
      const count = await indexCorpus(readCorpus(folder), store, embedder, {
        signal,
        onProgress: (done) => line.update({ label: "indexing", done, unit: "documents" }),
      });
      await refuseOtherDocuments(store, count);
      const scores = await evaluate(store, queryEmbedder(model), questions, {
        modes,
        documentId: corpusId,
        scoreTexts: reranker && textScorer(reranker),
        signal,
        onProgress: (done, total) => line.update({ label: "asking", done, total, unit: "questions" }),
      });
      return { name: folder, questions: questions.length, scores };
    } finally {
      await store.close();
    }
  } finally {
    line.finish();
    await reranker?.close();
    await model.close();
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
  }
}

function modeName(mode: SearchMode, reranked: boolean): string {
  return reranked ? `${mode} + reranker` : mode;
}

function sectionLines({ name, questions, scores }: Section): string[] {
  const rows = scores.map(({ mode, reranked, ndcg10, recall100, mrr10, declined, milliseconds }) => [
    modeName(mode, reranked),
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
