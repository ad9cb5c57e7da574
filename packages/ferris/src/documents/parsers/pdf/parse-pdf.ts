/**
 * PDF: text page by page, put together to lines, paragraphs and headings from where it stands and how large it is.
 *
 * A PDF has no paragraphs, only glyphs at places. They are taken in the order of the file, which goes down one column after
 * the other in everything but hand-made pages; then running heads and page numbers are left out (running-heads.ts), tables
 * are found by their columns (tables.ts), and lines become paragraphs (page-blocks.ts).
 * Pages without text are read by OCR where that is installed (scans.ts), else reported.
 */
import { loadScans } from "#parsers";
import { DocumentError } from "../../../errors.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addRows } from "../../table/add-table.ts";
import type { ParserInput } from "../parser.ts";
import { addOcrPage } from "../../ocr/add-page.ts";
import { ocrInstallLine } from "../../ocr/install-line.ts";
import { addAttachments, type Attachment, attachmentsOf } from "./attachments.ts";
import { withPdf } from "./engine.ts";
import { blocksOf, headingLevels, isTypewritten, joinOverPages, type PageBlock } from "./page-blocks.ts";
import { type Page, readPages } from "./read-pages.ts";
import { withoutRunningHeads } from "./running-heads.ts";

/** What programs write where a title should be. */
const noTitle = /^(?:\(?(?:untitled|anonymous)\)?)?$/i;

export async function parsePdf(input: ParserInput): Promise<ParsedDocument> {
  const { bytes, ocr, alive } = input;
  const {
    pages: written,
    title,
    attachments,
  } = await withPdf(bytes, async (document) => {
    const read = await readPages(document);
    const info = (await document.getMetadata().catch(() => null))?.info as { Title?: unknown } | undefined;
    const files = (await document.getAttachments().catch(() => null)) as Record<string, unknown> | null;
    return {
      pages: read,
      title: typeof info?.Title === "string" && !noTitle.test(info.Title.trim()) ? info.Title : undefined,
      attachments: attachmentsOf([...Object.values(files ?? {}), ...read.flatMap((page) => page.files)]),
    };
  });
  const withScans = ocr === undefined || ocr === "off" ? null : await loadScans?.();
  const pages = withScans ? await withScans(bytes, written, ocr as readonly string[], alive) : written;
  const warnings = warningsOf(pages, attachments, ocr);
  const blocks = pageBlocks(pages);
  const builder = new ContentBuilder();
  const seen = new Set<string>();
  blocks.forEach((own, index) => {
    const place = { page: index + 1 };
    const { across, notes, fields, scan } = pages[index]!;
    if (scan) addOcrPage(builder, scan, place);
    for (const block of own) {
      if (block.kind === "table") addRows(builder, block.table.rows, { place, hasHeader: block.table.hasHeader });
      else if (block.kind === "heading") builder.heading(block.level, block.text, place);
      else builder.add(block.kind, block.text, place);
    }
    if (fields.length > 0) {
      builder.add(
        "list",
        fields.map(({ label, value }) => (label === "" ? value : `${label}: ${value}`)).join("\n"),
        place,
      );
    }
    for (const note of notes) builder.add("prose", note, place);
    for (const stamp of across) {
      if (!seen.has(stamp)) builder.add("prose", stamp, place);
      seen.add(stamp);
    }
  });
  warnings.push(...(await addAttachments(builder, attachments, input)));
  return builder.finish("pdf", { title, warnings });
}

function pageBlocks(pages: readonly Page[]): PageBlock[][] {
  const body = withoutRunningHeads(pages);
  const levels = headingLevels(body);
  const isAll = isTypewritten(body);
  const blocks = body.map((lines) => blocksOf(lines, levels, isAll));
  joinOverPages(blocks);
  return blocks.map((own, index) => [...own, ...pages[index]!.others.flatMap((part) => blocksOf(part, levels, isAll))]);
}

/** @throws DocumentError "no text" where no page has any, "damaged" where none can be read */
function warningsOf(pages: readonly Page[], attachments: readonly Attachment[], ocr: ParserInput["ocr"]): string[] {
  const numbersOf = (is: (page: Page) => boolean) => pages.flatMap((page, index) => (is(page) ? [index + 1] : []));
  const damaged = numbersOf((page) => page.problem !== undefined);
  const garbled = numbersOf((page) => page.isUnreadable && !page.scan);
  const partly = numbersOf((page) => page.isPartlyUnreadable && !page.scan);
  const guessed = numbersOf((page) => page.isGuessed && !page.isUnreadable);
  const empty = numbersOf((page) => !page.isUnreadable && !page.scan && page.problem === undefined && isEmpty(page));
  if (damaged.length + garbled.length + empty.length === pages.length && attachments.length === 0) {
    if (garbled.length > 0) throw new DocumentError("no text", withoutLetters);
    if (empty.length === 0) throw new DocumentError("damaged", `no page can be read: ${pages[0]?.problem}`);
    const none = pages.length === 1 ? "its only page has no text" : `none of its ${pages.length} pages has text`;
    throw new DocumentError("no text", `${none}: ${Array.isArray(ocr) ? "OCR finds no words either" : scanned(ocr)}`);
  }
  const some = (numbers: readonly number[]) =>
    `${numbers.length} of ${pages.length} pages (${numbers.slice(0, 10).join(", ")}${numbers.length > 10 ? " …" : ""})`;
  return [
    ...(empty.length > 0
      ? [`no text on ${some(empty)}: ${Array.isArray(ocr) ? "pictures, or nothing" : scanned(ocr)}`]
      : []),
    ...(garbled.length > 0 ? [`fonts without letters on ${some(garbled)}: not read`] : []),
    ...(partly.length > 0 ? [`fonts without letters in a part of ${some(partly)}: that part is not read`] : []),
    ...(guessed.length > 0
      ? [`fonts without letters on ${some(guessed)}: read in the order that glyphs have in most fonts`]
      : []),
    ...(damaged.length > 0 ? [`${some(damaged)} could not be read: ${pages[damaged[0]! - 1]!.problem}`] : []),
  ];
}

function scanned(ocr: ParserInput["ocr"]): string {
  return ocr === "off"
    ? "scanned? OCR is off"
    : `scanned? To read it by OCR: ${ocrInstallLine()} (or another language's)`;
}

const withoutLetters =
  "fonts without letters: the file does not say which letters its glyphs are. Run OCR over it, for instance with ocrmypdf --force-ocr, or save it again from the program that made it";

function isEmpty({ lines, others, across, notes, fields }: Page): boolean {
  return [lines, others, across, notes, fields].every((part) => part.length === 0);
}
