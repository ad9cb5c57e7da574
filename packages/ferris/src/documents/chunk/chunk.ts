/**
 * Cuts a parsed document into chunks that the model reads whole: by the model's own token counts, along the structure.
 *
 * A chunk never crosses a heading or a page. Blocks under one heading are put together up to the limit, in parts of about
 * equal size; a block that is too long is cut (split.ts). The headings above a chunk that its text does not show are put
 * in front of what is embedded. No overlap: neighbours are one look-up away in the store. Peers let the tokenizer cut what
 * is too long without a word; here every final count is the tokenizer's, and at most the limit.
 */
import { UsageError } from "../../errors.ts";
import type { Block, Chunk, ChunkerSettings, ParsedDocument, SourceRange } from "../document.ts";
import { lastColumn, sliceRuns } from "../lines/line-map.ts";
import type { PlacedRun } from "../lines/line-run.ts";
import { Positions } from "../lines/positions.ts";
import { charactersPerToken, type Measure, type Range, split } from "./split.ts";

/** Goes up when the same document and settings give other chunks. */
export const chunkerVersion = 4;

/** Longer chunks blur what a vector says; measured models lose from about here on. */
const usualTokens = 256;

const longestIndentation = 200;
const longestTitle = 1_000;

export function defaultChunkerSettings(maxLength: number): ChunkerSettings {
  return { maxTokens: Math.min(maxLength, usualTokens) };
}

/** In one string, for the store: another one means that documents are cut again. */
export function chunkerRecipe(settings: ChunkerSettings): string {
  return `chunk@${chunkerVersion}:${settings.maxTokens}`;
}

/** What must hold of chunker settings for a model with `maxLength`. Throws UsageError. */
export function checkChunkerSettings(settings: ChunkerSettings, maxLength: number, overhead: number): void {
  const least = overhead + 16;
  if (!Number.isInteger(settings.maxTokens) || settings.maxTokens < least || settings.maxTokens > maxLength) {
    const range = Number.isFinite(maxLength)
      ? `from ${least} to ${maxLength}, what the model reads`
      : `of at least ${least}`;
    throw new UsageError(
      `maxTokens is ${settings.maxTokens}: it must be a whole number ${range}; the prompt and special tokens take ${overhead} of them`,
    );
  }
}

/**
 * The chunks of `document`, in order. `countTokens` counts what the model reads for a text, prompt and special tokens
 * included and nothing cut off. `name` of the file is put in front of what is embedded, see `isNamedByFile`. Deterministic. Throws UsageError
 * when the settings leave no room for text.
 */
export function chunkDocument(
  document: ParsedDocument,
  settings: ChunkerSettings,
  countTokens: (text: string) => number,
  name: string | null = null,
): Chunk[] {
  const cutting = cutDocument(document, settings, countTokens, name);
  for (;;) {
    const step = cutting.next();
    if (step.done) return step.value;
  }
}

/** The same, a step at a time: a large document takes seconds, and whoever cuts it can do other things in between. */
export function* cutDocument(
  document: ParsedDocument,
  settings: ChunkerSettings,
  countTokens: (text: string) => number,
  name: string | null = null,
): Generator<undefined, Chunk[]> {
  const overhead = countTokens("");
  const { maxTokens } = settings;
  checkChunkerSettings(settings, Number.POSITIVE_INFINITY, overhead);
  const { content } = document;
  const positions = new Positions(content, document.encoding);
  const measure: Measure = (text) =>
    Math.max(countTokens(text) - overhead, Math.ceil(text.length / charactersPerToken));
  const placed = document.lineRuns ?? runsOfBlocks(document.blocks);
  const chunks: Chunk[] = [];
  for (const section of sectionsOf(document.blocks)) {
    yield;
    yield* cutSection(section);
  }
  return chunks;

  function* cutSection(section: readonly Block[]): Generator<undefined, void> {
    const path = section[section.length - 1].headingPath.map(shortened);
    let headings = section.findIndex((block) => block.kind !== "heading");
    if (headings < 0) headings = section.length;
    const shown = section.slice(0, headings);
    const shownFrom = shown.reduce((least, block) => Math.min(least, block.headingPath.length), path.length + 1);
    const above = name !== null && isNamedByFile(document, path) ? [shortened(name)] : [];
    const firstPrefix = yield* prefixText([...above, ...path.slice(0, Math.max(0, shownFrom - 1))]);
    const laterPrefix = yield* prefixText([...above, ...path]);
    const room = maxTokens - overhead - Math.max(measure(firstPrefix), measure(laterPrefix));

    const pieces: (Range & { block: Block })[] = [];
    let headingCost = 0;
    for (const [index, block] of section.entries()) {
      // What follows a heading must fit beside it, or the heading would stand alone.
      const beside = index === headings ? Math.min(headingCost, room / 2) : 0;
      for (const range of yield* split(content, block, Math.floor(room - beside), measure)) {
        pieces.push({ ...range, block });
        if (index < headings) headingCost += range.cost;
      }
    }

    let remaining = pieces.reduce((sum, piece) => sum + piece.cost, 0);
    let first = 0;
    while (first < pieces.length) {
      const target = remaining / Math.ceil(remaining / room);
      let cost = pieces[first].cost;
      let next = first + 1;
      while (next < pieces.length && cost + pieces[next].cost <= room && (cost < target || inHeadings(next))) {
        cost += pieces[next++].cost;
      }
      const prefix = pieces[first].block === section[0] && first === 0 ? firstPrefix : laterPrefix;
      next = first + (yield* add(pieces.slice(first, next), prefix, path));
      for (; first < next; first++) remaining -= pieces[first].cost;
    }

    function inHeadings(piece: number): boolean {
      return headings < section.length && pieces[piece - 1].block.kind === "heading";
    }
  }

  /** Makes one chunk of as many of `pieces` as fit by the exact count, and returns how many those were. */
  function* add(
    pieces: readonly (Range & { block: Block })[],
    prefix: string,
    path: readonly string[],
  ): Generator<undefined, number> {
    for (let count = pieces.length; count > 0; count--) {
      yield;
      const { start, end } = trim(content, pieces[0].start, pieces[count - 1].end);
      if (start >= end) return count;
      const text = content.slice(start, end);
      const embeddingText = prefix + text;
      const tokens = countTokens(embeddingText);
      if (tokens <= maxTokens) {
        chunks.push({ text, embeddingText, headingPath: path, tokens, ...placeOf(pieces.slice(0, count), start, end) });
        return count;
      }
    }
    // A single piece whose tokens are more beside the prefix than alone: cut it smaller.
    const [{ block, start, end, cost }] = pieces;
    const smaller = yield* split(content, { kind: block.kind, start, end }, Math.floor(cost * 0.75), measure);
    for (let done = 0; done < smaller.length;) {
      done += yield* add([{ ...smaller[done], block }], prefix, path);
    }
    return 1;
  }

  function placeOf(pieces: readonly { block: Block }[], start: number, end: number) {
    const page = pieces[0].block.page ?? null;
    const isOcr = pieces.some(({ block }) => block.isOcr === true);
    const sources = pieces.flatMap(({ block }) => block.source ?? []);
    const bytes =
      sources.length > 0 ? bytesOf(sources) : { startByte: positions.byteAt(start), endByte: positions.byteAt(end) };
    if (placed !== null) {
      const lineRuns = sliceRuns(placed, start, end);
      const startLine = lineRuns.reduce((least, { line }) => Math.min(least, line), Number.POSITIVE_INFINITY);
      const decoded = pieces.reduce(
        (most, { block: { source, isDecoded } }) => Math.max(most, isDecoded ? source!.endLine : 1),
        1,
      );
      const endLine = lineRuns.reduce((most, { line }) => Math.max(most, line), decoded);
      return {
        startLine,
        endLine,
        startColumn: lineRuns[0]!.line === startLine ? lineRuns[0]!.column : null,
        endColumn: lineRuns.at(-1)!.line === endLine ? lastColumn(placed, end) : null,
        lineRuns,
        ...bytes,
        page,
        isOcr,
      };
    }
    return {
      startLine: positions.lineAt(start),
      endLine: positions.lineAt(end - 1),
      startColumn: positions.columnAt(start),
      endColumn: positions.columnAt(end - 1),
      lineRuns: null,
      ...bytes,
      page,
      isOcr,
    };
  }

  /** The nearest headings that fit into a quarter of the room, on a line of their own; the rest is left to the path. */
  function* prefixText(path: readonly string[]): Generator<undefined, string> {
    const limit = Math.floor((maxTokens - overhead) / 4);
    let from = path.length;
    // Titles that are too long together need not be put together and counted.
    for (let characters = 0; from > 0; from--) {
      characters += path[from - 1].length;
      if (characters > limit * charactersPerToken) break;
    }
    for (; from < path.length; from++) {
      const prefix = `${path.slice(from).join(" > ")}\n`;
      if (measure(prefix) <= limit) return prefix;
    }
    const last = path.at(-1);
    if (last === undefined) return "";
    let kept = "";
    for (const { end } of yield* split(last, { kind: "heading", start: 0, end: last.length }, limit, measure)) {
      const longer = `${last.slice(0, end).trim()}\n`;
      if (measure(longer) > limit) break;
      kept = longer;
    }
    return kept;
  }
}

/** Whether the file's name says what text under these headings is about: where there are none, and in code, whose headings name its parts alone. */
export function isNamedByFile({ type }: Pick<ParsedDocument, "type">, headingPath: readonly string[]): boolean {
  return headingPath.length === 0 || type === "source-code";
}

/** Runs of blocks that may share a chunk. Headings with nothing under them go with what follows on their page. */
function sectionsOf(blocks: readonly Block[]): Block[][] {
  const sections: Block[][] = [];
  let current: Block[] = [];
  let hasBody = false;
  for (const block of blocks) {
    const previous = current.at(-1);
    const breaks =
      (previous !== undefined &&
        (block.kind === "heading" ? hasBody : !samePath(block.headingPath, previous.headingPath))) ||
      (previous !== undefined && block.page !== previous.page) ||
      (hasBody && (block.alone || previous?.alone));
    if (breaks) {
      sections.push(current);
      current = [];
      hasBody = false;
    }
    current.push(block);
    hasBody ||= block.kind !== "heading";
  }
  if (current.length > 0) sections.push(current);
  return sections;
}

/** A title that is a whole page would be kept with every chunk below it. */
function shortened(title: string): string {
  return title.length <= longestTitle ? title : `${title.slice(0, longestTitle).replace(/[\ud800-\udbff]$/, "")}…`;
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((title, index) => title === b[index]);
}

/** Without the blank lines before and the white space after; the first line keeps a reasonable indentation. */
function trim(content: string, start: number, end: number): { start: number; end: number } {
  while (end > start && isSpace(content.charCodeAt(end - 1))) end--;
  let at = start;
  for (; at < end && isSpace(content.charCodeAt(at)); at++) if (content.charCodeAt(at) === 0x0a) start = at + 1;
  return { start: at - start > longestIndentation ? at : start, end };
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || code === 0xfeff;
}

/** Where a parser knows no more than each block's place: all of a block on its first line. Null where it knows none. */
function runsOfBlocks(blocks: readonly Block[]): PlacedRun[] | null {
  const runs = blocks.flatMap(({ start, source }) =>
    source ? [{ offset: start, line: source.startLine, column: null, isVerbatim: false }] : [],
  );
  return runs.length > 0 ? runs : null;
}

function bytesOf(sources: readonly SourceRange[]) {
  const known = sources.every((source) => source.startByte !== null && source.endByte !== null);
  return {
    startByte: known ? Math.min(...sources.map((source) => source.startByte!)) : null,
    endByte: known ? Math.max(...sources.map((source) => source.endByte!)) : null,
  };
}
