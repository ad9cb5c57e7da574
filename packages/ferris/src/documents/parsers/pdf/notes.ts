/**
 * What readers wrote on a page: text typed over it, notes, comments on marked words. Links say where they lead, which is not text.
 */
import type { PdfDocument } from "./engine.ts";
import { type Annotation, isHidden, textOf } from "./fields.ts";

/** ISO 32000, table 171, by pdf.js's numbers. Links and the windows of notes are not asked for. */
const [stamp, fileAttachment, widget] = [13, 17, 20];
const written: ReadonlySet<unknown> = new Set([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

/** A document's annotations by their pages, from 1. Asked for at once: page by page, pdf.js reads the text below each link. */
export async function annotationsOf(document: PdfDocument): Promise<Map<number, Annotation[]>> {
  const types = new Set([...written, fileAttachment, widget] as number[]);
  const all = (await document.getAnnotationsByType(types, new Set()).catch(() => null)) as Annotation[] | null;
  const pages = new Map<number, Annotation[]>();
  for (const annotation of all ?? []) {
    const page = Number(annotation.pageIndex) + 1;
    const own = pages.get(page);
    if (own) own.push(annotation);
    else pages.set(page, [annotation]);
  }
  return pages;
}

/** Signatures and stamps: what they say stands in their picture alone. By their ids. */
export function drawnAnnotations(annotations: readonly Annotation[]): string[] {
  return annotations.flatMap((annotation) => {
    const isDrawn =
      annotation.annotationType === stamp || (annotation.subtype === "Widget" && annotation.fieldType === "Sig");
    return isDrawn && !isHidden(annotation) && typeof annotation.id === "string" ? [annotation.id] : [];
  });
}

/** A page with more has none that anybody reads. */
export const mostDrawn = 50;

export function notesOf(annotations: readonly Annotation[]): string[] {
  const notes = annotations.flatMap((annotation) => {
    if (!written.has(annotation.annotationType) || isHidden(annotation)) return [];
    const contents = textOf((annotation.contentsObj as { str?: unknown } | undefined)?.str);
    const shown = Array.isArray(annotation.textContent) ? textOf(annotation.textContent.map(textOf).join(" ")) : "";
    const rich = textOf((annotation.richText as { str?: unknown } | undefined)?.str);
    const text = contents || rich || shown;
    return text === "" ? [] : [text];
  });
  return [...new Set(notes)];
}
