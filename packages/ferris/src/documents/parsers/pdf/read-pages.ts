/**
 * A PDF's pages as lines in reading order, with what is written on them besides: forms' values, notes, stamps.
 */
import { type Annotation, type FieldValue, fieldsOf, withFields } from "./fields.ts";
import type { OcrPage } from "../../ocr/page.ts";
import { annotationsOf, drawnAnnotations, mostDrawn, notesOf } from "./notes.ts";
import { filesOf } from "./attachments.ts";
import { goesLeft, isRightToLeft } from "./bidi.ts";
import { withoutDuplicates } from "./duplicates.ts";
import { operations, type PdfDocument, type PdfPage } from "./engine.ts";
import { FontWidths } from "./font-widths.ts";
import { framesOf, isLevel, turnedPoint } from "./frames.ts";
import { type FontCounts, readable } from "./glyph-text.ts";
import { GlyphOrder } from "./glyph-order.ts";
import { glyphsOf } from "./glyphs.ts";
import { fromTheRight, type Line, linesOf } from "./lines.ts";
import { withoutReadings } from "./readings.ts";
import { withoutSideNotes } from "./side-notes.ts";
import { stampText, withoutWatermarks } from "./watermarks.ts";

export interface Page {
  readonly lines: readonly Line[];
  /** From the bottom edge to the top edge, in the units of `Line.y`. */
  readonly bottom: number;
  readonly top: number;
  /** Texts that go another way than the page, each for itself. */
  readonly others: readonly (readonly Line[])[];
  /** Words across the page. */
  readonly across: readonly string[];
  /** What readers wrote on it. */
  readonly notes: readonly string[];
  /** Forms' values that stand beside no text. */
  readonly fields: readonly FieldValue[];
  /** Files that are pinned to it, as pdf.js has them. */
  readonly files: readonly unknown[];
  /** More glyphs say nothing than say something: its fonts do not tell their letters. */
  readonly isUnreadable: boolean;
  /** The same of a part that is worth a word. */
  readonly isPartlyUnreadable: boolean;
  /** Letters of it are a guess (glyph-order.ts). */
  readonly isGuessed: boolean;
  /** What OCR found in its pictures. */
  readonly scan?: OcrPage;
  /** Why it could not be read. */
  readonly problem?: string;
}

/** Fewer glyphs without letters than these, or this share of the page's letters, are a symbol here and there. */
const [fewestLost, leastLost] = [10, 0.01];

export async function readPages(document: PdfDocument): Promise<Page[]> {
  const OPS = await operations();
  const annotated = await annotationsOf(document);
  const pages: Page[] = [];
  const counts: FontCounts = new Map();
  const widths = new FontWidths();
  const order = new GlyphOrder();
  for (let number = 1; number <= document.numPages; number++) {
    try {
      const page = await document.getPage(number);
      pages.push(await readPage(page, OPS, annotated.get(number) ?? [], counts, widths, order));
      page.cleanup();
    } catch (cause) {
      // A page that is damaged costs that page; a document of nothing else is damaged.
      if (document.numPages === 1) throw cause;
      pages.push({ ...nothing, problem: cause instanceof Error ? cause.message.split("\n")[0]! : String(cause) });
    }
  }
  return pages;
}

const nothing: Page = {
  lines: [],
  bottom: 0,
  top: 0,
  others: [],
  across: [],
  notes: [],
  fields: [],
  files: [],
  isUnreadable: false,
  isPartlyUnreadable: false,
  isGuessed: false,
};

async function readPage(
  page: PdfPage,
  OPS: Readonly<Record<string, number>>,
  annotations: readonly Annotation[],
  counts: FontCounts,
  widths: FontWidths,
  order: GlyphOrder,
): Promise<Page> {
  const ordered = order.read(await glyphsOf(page, OPS));
  const { glyphs, unreadable } = readable(ordered.glyphs, counts);
  widths.note(glyphs);
  const { main, others } = framesOf(withoutDuplicates(glyphs));
  const beside = withoutSideNotes(main.glyphs);
  const { lines, across } = withoutWatermarks(linesOf(withoutReadings(beside.glyphs), widths));
  const fields = fieldsOf(annotations, main.angle);
  const written = withFields(lines, fields);
  const isFromTheRight =
    main.glyphs.some(({ text }) => isRightToLeft(text)) && goesLeft(main.glyphs.map(({ text }) => text));
  const [left, low, right, high] = page.view as [number, number, number, number];
  const heights = [left, right].flatMap((x) => [low, high].map((y) => turnedPoint(x, y, main.angle)[1]));
  const letters = glyphs.filter(({ text }) => /[\p{L}\p{N}]/u.test(text)).length;
  const aside = others.map((frame) => ({ ...frame, lines: linesOf(withoutReadings(frame.glyphs), widths) }));
  return {
    lines: isFromTheRight ? fromTheRight(written.lines) : written.lines,
    bottom: Math.min(...heights),
    top: Math.max(...heights),
    others: [
      ...(beside.notes.length > 0 ? [linesOf(beside.notes, widths)] : []),
      ...aside.filter(({ angle }) => isLevel(angle)).map((frame) => frame.lines),
    ],
    across: [...across, ...aside.filter(({ angle }) => !isLevel(angle)).flatMap((frame) => frame.lines)].map(stampText),
    notes: [...new Set([...notesOf(annotations), ...(await drawnTexts(page, OPS, annotations, widths))])],
    fields: written.fields,
    files: filesOf(annotations),
    isUnreadable: unreadable > letters,
    isPartlyUnreadable: unreadable >= Math.max(fewestLost, leastLost * letters) && unreadable <= letters,
    isGuessed: ordered.isGuessed,
  };
}

/** What signatures and stamps look like, where that is text: each as its lines. */
async function drawnTexts(
  page: PdfPage,
  OPS: Readonly<Record<string, number>>,
  annotations: readonly Annotation[],
  widths: FontWidths,
): Promise<string[]> {
  const texts: string[] = [];
  for (const id of drawnAnnotations(annotations).slice(0, mostDrawn)) {
    const { glyphs } = readable(await glyphsOf(page, OPS, id), new Map());
    const lines = linesOf(withoutDuplicates(framesOf(glyphs).main.glyphs), widths);
    const text = lines.map((line) => line.text).join("\n");
    if (text !== "") texts.push(text);
  }
  return texts;
}
