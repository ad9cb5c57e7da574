/** What OCR found on a page, as blocks: paragraphs, and headings by the size of their lines. All are marked as read by OCR. */
import type { ContentBuilder, Place } from "../content-builder.ts";
import type { OcrPage } from "./page.ts";

const headingFactor = 1.3;
const longestHeading = 120;

export function addOcrPage(builder: ContentBuilder, { paragraphs }: OcrPage, place?: Place): void {
  const body = bodySize(paragraphs);
  const marked = { ...place, isOcr: true };
  for (const { text, size, lines } of paragraphs) {
    const isHeading =
      size > headingFactor * body && lines === 1 && text.length <= longestHeading && /\p{L}/u.test(text);
    if (isHeading) builder.heading(size > 1.7 * body ? 1 : 2, text, marked);
    else builder.add("prose", text, marked);
  }
}

/** The size of lines of which there is most text. */
function bodySize(paragraphs: OcrPage["paragraphs"]): number {
  const sorted = paragraphs.toSorted((a, b) => a.size - b.size);
  const half = sorted.reduce((sum, { text }) => sum + text.length, 0) / 2;
  let sum = 0;
  for (const { text, size } of sorted) {
    sum += text.length;
    if (sum >= half) return size;
  }
  return 0;
}

/** Whether so little was found that the picture holds no text: shapes are taken for letters now and then. */
export function isReadable({ paragraphs }: OcrPage): boolean {
  return paragraphs.some(({ text }) => /\p{L}{2,}|\p{N}{3,}/u.test(text));
}
