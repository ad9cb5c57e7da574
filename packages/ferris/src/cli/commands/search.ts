/**
 * `ferris search`: a question in, the passages that answer it out.
 *
 * The searching is the library's; here are the options and the forms of output.
 */
import { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { From } from "../../search/merge.ts";
import type { SortOrder } from "../../search/order.ts";
import type { SearchAnswer, SearchResult } from "../../search/result.ts";
import { vectorShareText } from "../../search/vector-share.ts";
import type { NamedFerris, SeveralAnswers } from "../../several-indexes.ts";
import type { DocumentFilter } from "../../store/store.ts";
import { caller } from "../caller.ts";
import { openIndexes } from "../open.ts";
import { csvLines, fileLines, markdownLines, vimgrepLines } from "../present/formats.ts";
import { comparisons, contextLines, explanation, lineRange, resultCard, shownPath } from "../present/results.ts";
import { Flag, listed } from "../options.ts";
import { unreadHint } from "../present/reading.ts";
import { runs } from "../run.ts";
import { jsonVersion, type Session } from "../session.ts";
import { printable } from "../terminal/text.ts";
import {
  documentFilter,
  type FilterOptions,
  formats,
  optionalNumber,
  type RerankOptions,
  rerankerForQuestion,
  withExamples,
  withFilterOptions,
  withModelOptions,
  withRerankOptions,
} from "./shared-options.ts";

interface SearchCommandOptions extends FilterOptions, RerankOptions {
  readonly format?: string;
  readonly sort?: string;
  readonly context?: string;
  readonly before?: string;
  readonly after?: string;
  readonly minScore?: string;
  readonly explain?: true;
}

const orders = ["relevance", "date"];

export function searchCommand(): Command {
  const command = new Command("search")
    .summary("the passages that answer a question")
    .description(
      "Prints the passages that fit QUERY best: file and lines, headings, similarity, and the words that match.\n" +
        "Ends with 0 if something was found, 1 if nothing was, 2 on an error.",
    )
    .argument("<query...>", "what to look for, in your own words");
  command
    .addOption(new Flag("-k, --limit <n>", "most results (default: 10)"))
    .addOption(new Flag("--mode <name>", "hybrid, vector (by meaning) or text (by words)"))
    .addOption(new Flag("--per-file <n>", "most results from one file (default: 3)"))
    .addOption(new Flag("--sort <order>", "relevance, or date: the same results, newest first", { values: orders }))
    .addOption(new Flag("--min-score <n>", "only passages that score this: the cosine, or the reranker's score"));
  withRerankOptions(command);
  withFilterOptions(command);
  command
    .addOption(new Flag("-C, --context <n>", "whole passages, with line numbers and n lines around them"))
    .addOption(new Flag("-B, --before <n>", "as --context, n lines before them"))
    .addOption(new Flag("-A, --after <n>", "as --context, n lines after them"))
    .addOption(new Flag("--explain", "say how each result came to its place"))
    .addOption(
      new Flag("-f, --format <name>", `${listed(formats)} (default: cards; see also --json)`, { values: formats }),
    );
  withModelOptions(command);
  withExamples(command, [
    ['ferris search "how do I rotate a key"', "asks the nearest index, going up from here"],
    ["ferris search --mode text ECONNRESET", "by words alone: names, codes, versions; loads no model"],
    ["ferris search retries --path 'docs/**' --since 4w", "only in some documents"],
    ["vim -q <(ferris search --format lines retries)", "path:line:text, as editors and fzf read it"],
    ["ferris search --db ~/notes/.ferris --db ~/work/.ferris retries", "several indexes, in one order"],
    ["vim $(ferris search --format files -k 3 retries)", "for other programs; --json has everything"],
  ]);
  return runs(command, (session, [words], options) => search(session, (words as string[]).join(" "), options), {
    errorsAre2: true,
    takesSeveralIndexes: true,
  });
}

async function search(session: Session, query: string, options: SearchCommandOptions): Promise<number> {
  const { format = "cards", sort } = options;
  if (sort !== undefined && !orders.includes(sort))
    throw new UsageError(`--sort is "${sort}": it must be one of ${orders.join(", ")}`);
  if (!formats.includes(format))
    throw new UsageError(`--format is "${format}": it must be one of ${formats.join(", ")}`);
  const around = surroundings(options);
  const { mode, limit, perFile } = session.settings.values;
  const reranking = await rerankerForQuestion(session, options, query);
  const rerank = reranking !== null;
  const minScore = optionalNumber("--min-score", options.minScore, rerank ? -1000 : -1, rerank ? 1000 : 1);
  warnOfIgnored(session, format, options);
  const signal = session.interruptible("stopping");
  const started = performance.now();
  // Unless somebody asked for it, the cap gives way where few files are left.
  const perDocument = session.settings.origins.perFile.kind === "default" ? undefined : perFile;
  const filter = await documentFilter(options);
  const opened = await openIndexes(session, { reranker: reranking?.model ?? undefined });
  try {
    const { searchIndexes } = await import("../../several-indexes.ts");
    const searched = await searchIndexes(opened, query, {
      mode,
      limit,
      perDocument,
      filter,
      rerank,
      minScore,
      sort: sort as SortOrder | undefined,
      signal,
    });
    const { found, miss, indexes, vectorShare, unread } = searched;
    const failures = indexes.flatMap(({ from, error }) => (error ? [{ ...from, error }] : []));
    for (const { ferris, error } of failures) session.warn(`${ferris.folder} was not searched: ${error.message}`);
    const results = found.map(({ result }) => result);
    const answers = indexes.flatMap(({ answer }) => answer ?? []);
    const cut = answers.flatMap((answer) => answer.cut);
    const corrections = answers.flatMap((answer) => answer.corrections);
    if (corrections.length > 0 && !session.json) session.inform(correctedText(corrections));
    const partial = mode === "text" ? null : vectorShareText(vectorShare);
    if (partial !== null && !session.json)
      session.inform(`${partial} (ferris index is still at work, or goes on where it was stopped)`);
    if (unread !== null && !session.json) session.inform(unreadHint(unread));
    if (session.json) {
      const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
      session.printJson({ version: jsonVersion, query, mode, ...jsonOf(searched), seconds, cut, corrections });
    } else if (miss !== null) {
      session.inform(missText(miss.result, floorOf(searched, miss), minScore));
    } else if (results.length === 0) {
      session.inform(await whyNothing(opened, filter, minScore));
    } else if (format === "lines") {
      session.print(vimgrepLines(results).join("\n"));
    } else if (format === "csv") {
      session.print(csvLines(results).join("\r\n"));
    } else if (format === "md") {
      session.print(markdownLines(results).join("\n").trimEnd());
    } else if (format === "files") {
      session.print(fileLines(results).join("\n"));
    } else {
      await printCards(session, found, { around, explain: options.explain === true, named: opened.length > 1 });
      const methods = new Set(answers.flatMap(({ vectorMethod }) => vectorMethod ?? []));
      for (const method of options.explain ? methods : []) {
        session.print(`\n${session.colours.faint(`meaning: ${comparisons[method]}`)}`);
      }
    }
    if (cut.length > 0 && format === "cards" && !session.json) session.inform(cutText(cut));
    // As ripgrep does: what was found is printed, and that not everything was searched is an error.
    if (failures.length > 0) return exitCodes.failure;
    return results.length === 0 ? exitCodes.nothingFound : exitCodes.success;
  } finally {
    await Promise.all(opened.map(({ ferris }) => ferris.close()));
  }
}

/** Lines to print around a passage. */
interface Surroundings {
  readonly before: number;
  readonly after: number;
}

/** What --context, --before and --after come to; null where none was given. */
function surroundings({ context, before, after }: SearchCommandOptions): Surroundings | null {
  const around = optionalNumber("--context", context, 0, 1000);
  const [above, below] = [optionalNumber("--before", before, 0, 1000), optionalNumber("--after", after, 0, 1000)];
  if (around === undefined && above === undefined && below === undefined) return null;
  return { before: above ?? around ?? 0, after: below ?? around ?? 0 };
}

/** Says which options have no say in the form that was asked for. */
function warnOfIgnored(session: Session, format: string, options: SearchCommandOptions): void {
  const form = session.json ? "--json" : format === "cards" ? null : `--format ${format}`;
  if (form === null) return;
  const ignored = [
    ...(["context", "before", "after", "explain"] as const).filter((name) => options[name] !== undefined),
    ...(session.json && options.format !== undefined ? ["format"] : []),
  ];
  if (ignored.length > 0) session.warn(`${form} leaves no room for ${ignored.map((name) => `--${name}`).join(", ")}`);
}

async function printCards(
  session: Session,
  found: readonly From<NamedFerris>[],
  { around, explain, named }: { around: Surroundings | null; explain: boolean; named: boolean },
): Promise<void> {
  for (const [index, { from: owner, result }] of found.entries()) {
    const { chunkId, startLine, endLine } = result;
    let body: string[] | undefined;
    if (around !== null) {
      const from = Math.max(1, startLine - around.before);
      const passage = await owner.ferris.read(chunkId, { from, count: endLine + around.after - from + 1 });
      body = passage ? contextLines(passage.lines, result, session) : undefined;
    }
    const lines = resultCard(result, session, { body, index: named ? owner.name : undefined });
    if (explain) lines.push(`    ${session.colours.faint(explanation(result))}`);
    session.print(`${index === 0 ? "" : "\n"}${lines.join("\n")}`);
  }
}

/** What --json says of one index, and of several: each result then names its own. */
function jsonOf({ found, miss, indexes }: SeveralAnswers): object {
  const [only] = indexes;
  if (indexes.length === 1) {
    const { nearestMiss, noiseFloor, vectorMethod, vectorShare, unread } = only!.answer!;
    return {
      index: only!.from.ferris.folder,
      results: found.map(({ result }) => result),
      nearestMiss,
      noiseFloor,
      vectorMethod,
      vectorShare,
      unread,
    };
  }
  const withIndex = ({ from, result }: From<NamedFerris>): object => ({ index: from.ferris.folder, ...result });
  return {
    results: found.map(withIndex),
    nearestMiss: miss && withIndex(miss),
    indexes: indexes.map(({ from, answer, error }) => ({
      name: from.name,
      index: from.ferris.folder,
      noiseFloor: answer?.noiseFloor ?? null,
      vectorMethod: answer?.vectorMethod ?? null,
      vectorShare: answer?.vectorShare ?? null,
      unread: answer?.unread ?? null,
      error: error?.message ?? null,
    })),
  };
}

function floorOf({ indexes }: SeveralAnswers, miss: From<NamedFerris>): number | null {
  return indexes.find(({ from }) => from === miss.from)?.answer?.noiseFloor ?? null;
}

function correctedText(corrections: SearchAnswer["corrections"]): string {
  const pairs = new Map(corrections.map(({ typed, used }) => [printable(typed), printable(used)]));
  const said = [...pairs].map(([typed, used]) => `"${used}" for "${typed}"`);
  return `looked for ${said.join(", ")}, which the index does not have; put it in quotes to look for it anyway`;
}

function cutText(cut: SearchAnswer["cut"]): string {
  const [{ path, passages }] = cut as [SearchAnswer["cut"][number]];
  const others = cut.length > 1 ? ` and of ${cut.length - 1} other ${cut.length === 2 ? "file" : "files"}` : "";
  return `more passages were found in ${printable(shownPath(path, caller().folder))} (${passages})${others}; --per-file shows more of each`;
}

function missText(
  { path, startLine, endLine, headingPath, cosine, rerankScore }: SearchResult,
  floor: number | null,
  minScore: number | undefined,
): string {
  const place = `${printable(shownPath(path, caller().folder))}:${lineRange({ startLine, endLine })}`;
  const headings = headingPath.length > 0 ? ` (${headingPath.map(printable).join(" › ")})` : "";
  if (minScore !== undefined) {
    const score = (rerankScore ?? cosine)?.toFixed(3) ?? "no vector yet";
    return `nothing found with a score of at least ${minScore}. The nearest miss is ${place}${headings} with ${score}`;
  }
  return (
    `nothing relevant. The nearest miss is ${place}${headings} with ${cosine?.toFixed(3) ?? "no vector yet"}; unrelated text in this index scores up to ` +
    `${floor?.toFixed(3)}; use --min-score -1 to show it anyway`
  );
}

async function whyNothing(
  opened: readonly NamedFerris[],
  filter: DocumentFilter | undefined,
  minScore: number | undefined,
): Promise<string> {
  if (filter !== undefined) {
    const kept = await Promise.all(opened.map(({ ferris }) => ferris.documents({ filter }).catch(() => [])));
    if (kept.every((documents) => documents.length === 0)) {
      return "nothing found: no document in the index passes the filter";
    }
  }
  return minScore === undefined ? "nothing found" : `nothing found with a score of at least ${minScore}`;
}
