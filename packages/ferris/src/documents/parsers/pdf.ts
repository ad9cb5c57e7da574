/**
 * PDF: text page by page, put together to lines, paragraphs and headings from where it stands and how large it is.
 *
 * A PDF has no paragraphs, only words at places. They are taken in the order of the file, which goes down one column after
 * the other in everything but hand-made pages; words cut by a hyphen at a line's end are joined (pdf-lines.ts); tables are found
 * by their columns (pdf-tables.ts); running heads and page numbers are left out (pdf-running-heads.ts).
 * Pages without text are reported: no OCR here.
 */
import { fileURLToPath } from "node:url";
import { DocumentError } from "../../errors.ts";
import { ContentBuilder } from "../content-builder.ts";
import type { ParsedDocument } from "../document.ts";
import { addRows } from "../table/add-table.ts";
import type { ParserInput } from "./parser.ts";
import { type Item, joined, type Line, linesOf } from "./pdf-lines.ts";
import { type Page, withoutRunningHeads } from "./pdf-running-heads.ts";
import { partsOf } from "./pdf-tables.ts";

/** Baselines further apart than this many line heights end a paragraph. */
const paragraphGap = 1.8;
/** Larger than the body text by this factor: a heading. */
const headingFactor = 1.12;
const longestHeading = 150;

export async function parsePdf({ bytes }: ParserInput): Promise<ParsedDocument> {
  const { pages, title } = await readPages(bytes);
  const warnings: string[] = [];
  const empty = pages.flatMap(({ lines }, index) => (lines.length === 0 ? [index + 1] : []));
  if (empty.length === pages.length) {
    throw new DocumentError(
      "no text",
      `${pages.length === 1 ? "its only page has no text" : `none of its ${pages.length} pages has text`}: scanned? Run OCR over it first, for instance with ocrmypdf`,
    );
  }
  if (empty.length > 0) {
    const which = empty.slice(0, 10).join(", ") + (empty.length > 10 ? " …" : "");
    warnings.push(`no text on ${empty.length} of ${pages.length} pages (${which}): pictures or scans`);
  }
  const body = withoutRunningHeads(pages);
  const levels = headingLevels(body);
  const builder = new ContentBuilder();
  body.forEach((lines, index) => {
    const place = { page: index + 1 };
    for (const part of partsOf(lines)) {
      if ("table" in part) {
        addRows(builder, part.table.rows, { place, hasHeader: part.table.hasHeader });
        continue;
      }
      for (const paragraph of paragraphsOf(part.lines)) {
        const level = levels(paragraph[0].height);
        const text = joined(paragraph);
        if (level !== null && text.length <= longestHeading && /\p{L}/u.test(text)) builder.heading(level, text, place);
        else builder.add("prose", text, place);
      }
    }
  });
  return builder.finish("pdf", { title, warnings });
}

async function readPages(bytes: Uint8Array): Promise<{ pages: Page[]; title?: string }> {
  const pdfjs = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const besides = (folder: string) =>
    fileURLToPath(new URL(`../../${folder}/`, import.meta.resolve("pdfjs-dist/legacy/build/pdf.mjs")));
  const task = pdfjs.getDocument({
    // The library takes the buffer away from its owner.
    data: Uint8Array.from(bytes),
    verbosity: 0,
    disableFontFace: true,
    useSystemFonts: false,
    isEvalSupported: false,
    enableXfa: false,
    cMapUrl: besides("cmaps"),
    cMapPacked: true,
    standardFontDataUrl: besides("standard_fonts"),
  });
  try {
    const document = await task.promise;
    const info = (await document.getMetadata().catch(() => null))?.info as { Title?: unknown } | undefined;
    const pages: Page[] = [];
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      const [, bottom, , top] = page.view;
      pages.push({ lines: linesOf(items as readonly Item[]), bottom, top });
      page.cleanup();
    }
    return { pages, title: typeof info?.Title === "string" && info.Title.trim() !== "" ? info.Title : undefined };
  } catch (cause) {
    if (cause instanceof Error && cause.name === "PasswordException") {
      throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it", { cause });
    }
    throw cause;
  } finally {
    await task.destroy();
  }
}

function paragraphsOf(lines: readonly Line[]): Line[][] {
  const paragraphs: Line[][] = [];
  for (const line of lines) {
    const previous = paragraphs.at(-1)?.at(-1);
    const drop = previous ? previous.y - line.y : 0;
    const continues =
      previous !== undefined &&
      drop >= 0 &&
      drop <= paragraphGap * Math.max(previous.height, line.height) &&
      Math.abs(previous.height - line.height) <= 0.15 * line.height &&
      // A line of bold type above a text is its heading, even in the text's size.
      (previous.font === line.font || previous.font === null || line.font === null);
    if (continues) paragraphs[paragraphs.length - 1].push(line);
    else paragraphs.push([line]);
  }
  return paragraphs;
}

/** The level of a line by its height: 1 for the largest of up to three sizes above the body text's; null for body text. */
function headingLevels(pages: readonly (readonly Line[])[]): (height: number) => number | null {
  const characters = new Map<number, number>();
  const size = (height: number) => Math.round(height * 2) / 2;
  for (const { text, height } of pages.flat()) {
    characters.set(size(height), (characters.get(size(height)) ?? 0) + text.length);
  }
  const body = [...characters].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
  const larger = [...characters.keys()].filter((height) => height > body * headingFactor).toSorted((a, b) => b - a);
  return (height) => {
    const rank = larger.indexOf(size(height));
    return rank < 0 ? null : Math.min(rank, 2) + 1;
  };
}
